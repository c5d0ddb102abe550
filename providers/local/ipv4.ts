/** A range of IPv4 addresses. */
export interface Range {
  readonly base: number;
  readonly prefix: number;
}

export function parseRange(text: string): Range {
  const [address = '', prefix = ''] = text.split('/');
  return { base: addressNumber(address), prefix: Number(prefix) };
}

export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

export function addressText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function sizeOf({ prefix }: Pick<Range, 'prefix'>): number {
  return 2 ** (32 - prefix);
}

/** The first is the range itself, the second the switch's own, the last reaches everybody. */
const FIRST_OF_MACHINES = 4;

/** Where the switch answers as a host. */
export function switchAddress(cidr: string): string {
  return addressText(parseRange(cidr).base + 2);
}

/** What machines can have in a range, all of them, from `start` on and round. */
export function* machineAddresses(cidr: string, start: number): Generator<string> {
  const range = parseRange(cidr);
  const count = sizeOf(range) - FIRST_OF_MACHINES - 1;
  for (let index = 0; index < count; index += 1) {
    yield addressText(range.base + FIRST_OF_MACHINES + ((start + index) % count));
  }
}
