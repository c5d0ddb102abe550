/** Ranges of IPv4 addresses as EC2 writes them: canonical. */
interface Range {
  readonly first: number;
  readonly size: number;
}

const BITS = 32;

export function isCidrInside(inner: string, outer: string): boolean {
  const [one, other] = [rangeOf(inner), rangeOf(outer)];
  return other.first <= one.first && one.first + one.size <= other.first + other.size;
}

export function doCidrsOverlap(left: string, right: string): boolean {
  const [one, other] = [rangeOf(left), rangeOf(right)];
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

function rangeOf(cidr: string): Range {
  const [address = '', prefix = ''] = cidr.split('/');
  const first = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { first, size: 2 ** (BITS - Number(prefix)) };
}
