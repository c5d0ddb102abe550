import type { InstanceId } from '#engine/address.ts';
import { sha256Hex } from '#std/hash.ts';

/** By which its process is found, whatever its number. The same for the same instance, in every process. */
export function uuidOf(instanceId: InstanceId): string {
  const digits = sha256Hex(`machine ${instanceId}`).slice(0, 32).split('');
  // What makes it a name-based identifier: version 8, of the usual variant.
  digits[12] = '8';
  digits[16] = 'a';
  const text = digits.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

/** Of the card that leads outside, and of the one on the segment: locally administered, and QEMU's. */
export function macsOf(instanceId: InstanceId): { readonly outside: string; readonly segment: string } {
  const hash = sha256Hex(`cards ${instanceId}`);
  const mac = (kind: string, from: number): string =>
    ['52', '54', kind, hash.slice(from, from + 2), hash.slice(from + 2, from + 4), hash.slice(from + 4, from + 6)].join(
      ':',
    );
  return { outside: mac('00', 0), segment: mac('01', 6) };
}
