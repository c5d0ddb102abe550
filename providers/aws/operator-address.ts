import { problem, type Problem } from '#engine/problem.ts';
import { systemHttpAgents } from '#std/system-http-agents.ts';
import { systemHttpText } from '#std/system-http-text.ts';
import { endpointOf, isAwsHost } from './endpoints.ts';
import type { Variables } from './sdk-config.ts';

/** AWS' own: it answers with the address that it was asked from, and no more. */
const SERVICE = new URL('https://checkip.amazonaws.com/');
/** A person waits, and has another way to say it. */
const DEADLINE_MS = 5_000;
const LENGTH_MAX = 200;

interface Asking {
  readonly region: string;
  readonly environment: Variables;
  readonly signal: AbortSignal;
  /** @default AWS' own service */
  readonly service?: URL;
}

/** The public address that this workstation has for AWS. By way of the proxy, if requests to AWS go there. */
export async function operatorAddress({ region, environment, signal, service }: Asking): Promise<string> {
  if (service === undefined) {
    const { host, hostname } = await endpointOf('ec2', region, environment);
    if (!isAwsHost(hostname)) throw unknown(`${host} stands in for AWS, and has no service that tells an address.`);
  }
  return ask(service ?? SERVICE, environment, signal);
}

async function ask(url: URL, { variables }: Variables, signal: AbortSignal): Promise<string> {
  const request = {
    url,
    agents: systemHttpAgents(variables),
    signal,
    deadlineMs: DEADLINE_MS,
    lengthMax: LENGTH_MAX,
  };
  const answer = await systemHttpText(request).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw unknown(`${url.host} did not answer: ${wordsOf(error)}.`, error);
  });
  const address = answer.text.trim();
  if (answer.status === 200 && isPublicAddress(address)) return address;
  throw unknown(
    answer.status === 200
      ? `${url.host} answered ${JSON.stringify(address.slice(0, 40))}, which is no public IPv4 address.`
      : `${url.host} answered with status ${answer.status}.`,
  );
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `nothing within ${DEADLINE_MS / 1_000} s`;
  return error.message === '' ? error.name : error.message;
}

function unknown(detail: string, cause?: unknown): Problem {
  return problem('access.unknown', { detail, cause });
}

/** First addresses of what nobody on the Internet comes from, and how many of their bits count. */
const ELSEWHERE = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const;

export function isPublicAddress(text: string): boolean {
  const address = numberOf(text);
  if (address === undefined) return false;
  return !ELSEWHERE.some(([first, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor((numberOf(first) ?? 0) / size);
  });
}

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

function numberOf(text: string): number | undefined {
  if (!IPV4.test(text)) return undefined;
  return text.split('.').reduce((number, byte) => 256 * number + Number(byte), 0);
}
