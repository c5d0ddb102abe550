import { parseAddress } from '#engine/address.ts';
import type { Snapshot } from '#engine/record.ts';
import { readOutput } from './read-output.ts';

/**
 * Where a machine is reached from outside.
 *
 * | beside the machine there is     | then at                              |
 * |---------------------------------|--------------------------------------|
 * | a fixed address that it has got | that one                             |
 * | a record of what it has now     | that one                             |
 * | neither                         | what it had when it was last changed |
 */
export function publicAddressOf(snapshot: Snapshot, region: string, name: string): string | undefined {
  const recordAt = (place: string) => snapshot.current(parseAddress(`${region}.${place}`));
  const ownPlace = recordAt(`machine.${name}.address`);
  const hasIt = ownPlace?.status === 'ready';
  const records = [hasIt ? recordAt(`address.${name}`) : undefined, ownPlace, recordAt(`machine.${name}`)];
  for (const record of records) {
    const address = readOutput(record, 'publicAddress');
    if (typeof address === 'string' && address !== '') return address;
  }
  return undefined;
}
