import { afterAll, beforeAll, describe } from 'vitest';
import { etcdChecks } from './cluster/etcd.ts';
import { farewellChecks } from './cluster/farewell.ts';
import { foundingChecks } from './cluster/founding.ts';
import { overlayChecks } from './cluster/overlay.ts';
import { partitionChecks } from './cluster/partition.ts';
import { rebootChecks } from './cluster/reboot.ts';
import { replacementChecks } from './cluster/replacement.ts';
import { secrecyChecks } from './cluster/secrecy.ts';
import { segmentChecks } from './cluster/segment.ts';
import { SharedCluster } from './cluster/shared-cluster.ts';

/** Machines cost minutes: everything that takes several is looked at on these, in this order. */
describe('a cluster on this workstation', () => {
  const cluster = new SharedCluster();
  beforeAll(() => cluster.prepare());
  /** Nothing that a failed test has left goes on when the tests have ended. */
  afterAll(async () => {
    cluster.leave();
    console.log(`\n${cluster.figures.join('\n')}\n`);
    for (const { pid } of await cluster.place.processes()) process.kill(pid, 'SIGKILL');
  });

  foundingChecks(cluster);
  secrecyChecks(cluster);
  segmentChecks(cluster);
  overlayChecks(cluster);
  etcdChecks(cluster);
  replacementChecks(cluster);
  partitionChecks(cluster);
  rebootChecks(cluster);
  farewellChecks(cluster);
});
