import type { Desk } from '../desk.ts';
import { ADDRESSES } from './address.ts';
import { addressText, parseCidr } from './cidr.ts';
import { INSTANCES } from './instance.ts';

/** From a range that is kept for tests: it leads nowhere. */
const PUBLIC_RANGE = parseCidr('198.18.0.0/15', 'publicIp');

/** Addresses of the Internet that nobody in the account has, or has had on an instance. */
export function drawPublicAddresses(count: number, desk: Desk): readonly string[] {
  const taken = new Set([
    ...desk
      .truth(INSTANCES)
      .all()
      .map(({ publicIp }) => publicIp),
    ...desk
      .truth(ADDRESSES)
      .all()
      .map(({ publicIp }) => publicIp),
  ]);
  const drawn = new Set<string>();
  while (drawn.size < count) {
    const address = addressText(PUBLIC_RANGE.first + 1 + desk.chance.integer(PUBLIC_RANGE.size - 2));
    if (!taken.has(address)) drawn.add(address);
  }
  return [...drawn];
}
