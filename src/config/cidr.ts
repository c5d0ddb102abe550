import type { Flaw } from './finding.ts';
import { show } from './show.ts';

/** A range of IPv4 addresses. */
export interface Cidr {
  readonly base: number;
  readonly prefix: number;
}

/** For editors; `checkCidr` says more. */
export const CIDR_PATTERN = String.raw`^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$`;

const SPELLING = /^((?:\d{1,3}\.){3}\d{1,3})(?:\/(\d{1,2}))?$/;
const LEADING_ZERO = /(?:^|[./])0\d/;

/** What keeps a text from being a range in its one right spelling. */
export function checkCidr(text: string): Flaw | undefined {
  const [spelled, address = '', prefixText] = SPELLING.exec(text) ?? [];
  const invalid = (what: string, instead?: string): Flaw => ({ code: 'config.cidr-invalid', what, instead });
  if (spelled === undefined) {
    if (text.includes(':') && /^[\da-f:.]+(?:\/\d+)?$/i.test(text)) {
      return invalid(`${show(text)} is IPv6; networks are IPv4 for now.`, EXAMPLE);
    }
    return invalid(`${show(text)} is not a range of addresses.`, EXAMPLE);
  }
  if (LEADING_ZERO.test(text)) return invalid(`${text} has a number with a leading zero, which some read as octal.`);
  const large = address.split('.').find((byte) => Number(byte) > 255);
  if (large !== undefined) return invalid(`${text} has the number ${large}; each is at most 255.`);
  if (prefixText === undefined)
    return invalid(`${text} is one address, not a range.`, `Write ${text}/32 for just this one.`);
  if (Number(prefixText) > 32) return invalid(`${text} has the length /${prefixText}; the longest is /32.`);
  const canonical = formatCidr(parseCidr(text));
  if (canonical === text) return undefined;
  const what = `${text} does not begin at the first address of its range.`;
  return { code: 'config.cidr-not-canonical', what, instead: `Write ${canonical}.` };
}

const EXAMPLE = 'Write it like 10.42.0.0/16.';

/** Of a text that `checkCidr` has passed, or that only lacks its canonical spelling. */
export function parseCidr(text: string): Cidr {
  const [address = '', prefixText = ''] = text.split('/');
  const prefix = Number(prefixText);
  const value = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { base: value - (value % sizeOf({ prefix })), prefix };
}

export function formatCidr({ base, prefix }: Cidr): string {
  return `${formatAddress(base)}/${prefix}`;
}

export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** How many addresses there are in it. */
export function sizeOf({ prefix }: Pick<Cidr, 'prefix'>): number {
  return 2 ** (32 - prefix);
}

export function overlap(left: Cidr, right: Cidr): boolean {
  return left.base < right.base + sizeOf(right) && right.base < left.base + sizeOf(left);
}

export function isInside(inner: Cidr, outer: Cidr): boolean {
  return inner.prefix >= outer.prefix && overlap(inner, outer);
}

export const LOOPBACK = parseCidr('127.0.0.0/8');
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(parseCidr);
/** This host, loopback, link-local, multicast and reserved: no packet comes from there. */
const UNROUTABLE = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].map(parseCidr);

export function isPrivate(cidr: Cidr): boolean {
  return PRIVATE.some((range) => isInside(cidr, range));
}

/** Whether a packet from the Internet can come from it. */
export function isPublic(cidr: Cidr): boolean {
  return ![...PRIVATE, ...UNROUTABLE].some((range) => isInside(cidr, range));
}
