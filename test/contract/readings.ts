import { CloudStand, type Declared } from '../providers/aws/support/cloud-stand.ts';
import { declaringBalancer } from '../providers/aws/support/declared-balancer.ts';
import { UID } from '../providers/aws/support/declared-cluster.ts';
import { watched } from './shape.ts';
import { witnessed } from './witnessed-clients.ts';

/** Places in the answers to each operation. */
export type Readings = ReadonlyMap<string, ReadonlySet<string>>;

/** Each is declared as it begins, and then as it is changed. */
const LIVES: readonly (readonly Declared[])[] = [
  [{}, { sshFrom: ['203.0.113.0/24', '198.51.100.7/32'], sshPurpose: 'another' }],
  [{ addresses: 'fixed' }],
  [{ network: { topology: 'private' } }],
  [declaringBalancer(), declaringBalancer({ behind: { api: 1, https: 1 }, firewalls: ['other'] })],
];

/** What the provider looks at in the answers it gets, through the whole lives of clusters of all sorts. */
export async function readingsOfLives(): Promise<Readings> {
  const readings = new Map<string, Set<string>>();
  const overlook: NonNullable<Parameters<typeof CloudStand.open>[0]>['overlook'] = (clients) =>
    witnessed(clients, (operation, output) => {
      const places = readings.get(operation) ?? new Set();
      readings.set(operation, places);
      return watched(output, (place) => places.add(place));
    });
  for (const steps of LIVES) await live(await CloudStand.open({ overlook }), steps);
  return readings;
}

async function live(stand: CloudStand, steps: readonly Declared[]): Promise<void> {
  for (const declared of steps) {
    const { ok } = await stand.apply(declared);
    if (!ok) throw new Error('A cluster of the readings does not come to be.');
    await stand.plan(declared);
  }
  await stand.run(stand.connect().walk(UID, new AbortController().signal));
  await stand.delete();
}
