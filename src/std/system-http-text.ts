import { get as getPlain } from 'node:http';
import { get as getSecurely } from 'node:https';
import type { HttpAgents } from './system-http-agents.ts';

export interface TextRequest {
  readonly url: URL;
  readonly agents: HttpAgents;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  /** What goes on longer than this is no answer to the question: it is cut off. */
  readonly lengthMax: number;
}

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

/** A short text from the network; follows nothing, tries nothing twice. */
export function systemHttpText({ url, agents, signal, deadlineMs, lengthMax }: TextRequest): Promise<TextAnswer> {
  const [get, agent] = url.protocol === 'https:' ? [getSecurely, agents.https] : [getPlain, agents.http];
  const until = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, signal: until }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length <= lengthMax) return;
        resolve({ status: response.statusCode ?? 0, text });
        response.destroy();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
