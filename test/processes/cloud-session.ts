import { CallError } from '#engine/call.ts';
import {
  type Caller,
  CloudAnswer,
  type CloudKind,
  type CloudObject,
  type CloudRequest,
  HEADERS,
  type HoldMoment,
  isMutating,
} from './cloud-protocol.ts';

export interface HoldWish {
  readonly hold: HoldMoment;
  /** Only a request to create one of this kind. @default any request with an effect */
  readonly creating?: CloudKind | undefined;
}

/** The cloud as one worker reaches it: over HTTP, with its process id on every request. */
export class HttpSession {
  readonly #url: string;
  readonly #process: number;
  #wish: HoldWish | undefined;

  constructor(url: string, process: number) {
    this.#url = url;
    this.#process = process;
  }

  /** The next request with an effect asks the server not to answer it. */
  holdNext(wish: HoldWish): void {
    this.#wish = wish;
  }

  async send(request: CloudRequest, instanceId: string, signal: AbortSignal): Promise<readonly CloudObject[]> {
    const answer = await this.#exchange(request, { process: this.#process, instanceId }, signal);
    if ('objects' in answer) return answer.objects;
    throw new CallError({ outcome: 'rejected', reason: answer.refusal, message: answer.message });
  }

  async #exchange(request: CloudRequest, caller: Caller, signal: AbortSignal): Promise<CloudAnswer> {
    const headers = {
      'content-type': 'application/json',
      [HEADERS.process]: String(caller.process),
      [HEADERS.instanceId]: caller.instanceId,
      ...this.#holdHeader(request),
    };
    try {
      const response = await fetch(this.#url, { method: 'POST', headers, body: JSON.stringify(request), signal });
      return CloudAnswer.parse(await response.json());
    } catch (error) {
      // Whatever failed on the way, the server may have executed it.
      throw new CallError({ outcome: 'ambiguous', message: 'The connection was lost.', cause: error });
    }
  }

  #holdHeader(request: CloudRequest): Readonly<Record<string, string>> {
    const wish = this.#wish;
    if (wish === undefined || !isMutating(request)) return {};
    const isWanted = wish.creating === undefined || (request.verb === 'create' && request.kind === wish.creating);
    if (!isWanted) return {};
    this.#wish = undefined;
    return { [HEADERS.hold]: wish.hold };
  }
}
