import { type AwsFault, fault } from '../aws-fault.ts';

/** A block of IPv4 addresses, from its first to after its last. */
export interface Cidr {
  readonly text: string;
  readonly first: number;
  readonly size: number;
  readonly prefix: number;
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;
const BITS = 32;

/** Bits after the prefix are cleared, as EC2 does: 10.0.0.7/16 is 10.0.0.0/16. */
export function parseCidr(text: string, parameter: string): Cidr {
  const parts = (CIDR.exec(text) ?? []).slice(1).map(Number);
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = parts;
  if ([a, b, c, d].some((part) => part > 255) || prefix > BITS) throw malformed(text, parameter);
  const size = 2 ** (BITS - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = Math.floor(address / size) * size;
  return { text: `${addressText(first)}/${prefix}`, first, size, prefix };
}

export function overlaps(left: Cidr, right: Cidr): boolean {
  return left.first < right.first + right.size && right.first < left.first + left.size;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.first + inner.size <= outer.first + outer.size;
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function malformed(text: string, parameter: string): AwsFault {
  return fault(
    'InvalidParameterValue',
    `Value (${text}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
  );
}
