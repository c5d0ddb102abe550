import type { IncomingHttpHeaders } from 'node:http';

/** One request of the program to an account, as it is seen on the wire. */
export interface ApiCall {
  /** Counted from 1 in each run of the program. */
  readonly number: number;
  readonly service: string;
  readonly operation: string;
}

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Which service is meant the signature says, and which operation the body, a header or the path. */
export function namesOf({ method, url, headers, body }: Seen): Omit<ApiCall, 'number'> {
  const [, service = 'unsigned'] =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(signatureIn(headers)) ?? [];
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return { service, operation: target.slice(target.lastIndexOf('.') + 1) };
  const [, action] = /(?:^|&)Action=(\w+)/.exec(body.subarray(0, ACTION_WITHIN).toString()) ?? [];
  return { service, operation: action ?? `${method} ${shapeOf(url)}` };
}

const ACTION_WITHIN = 65_536;

function signatureIn({ authorization = '' }: IncomingHttpHeaders): string {
  return authorization;
}

/** The path without what names one thing: `/2013-04-01/hostedzone/*`, `/*?tagging`. */
function shapeOf(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://emulator');
  const [first, ...rest] = pathname.split('/').filter((part) => part !== '');
  const path = /^\d{4}-\d\d-\d\d$/.test(first ?? '')
    ? `/${[first, ...rest.map((part) => (/[A-Z]/.test(part) ? '*' : part))].join('/')}`
    : `/${first === undefined ? '' : 'bucket'}${rest.length === 0 ? '' : '/object'}`;
  const [flag] = [...searchParams].filter(([, value]) => value === '').map(([name]) => name);
  return flag === undefined ? path : `${path}?${flag}`;
}
