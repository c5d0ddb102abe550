import { expect, test } from 'vitest';
import { keep, kept, threeVoters } from './etcd-view.ts';
import { meshed } from './overlay.ts';
import { CONTROL_PLANES, eventually, NAME, NODES, type SharedCluster } from './shared-cluster.ts';

/** What an agent says last: after the stage of etcd, that is as a voter of a healthy cluster. */
const DONE = 'All stages are done.';
const BOOT_MS = 840_000;
const LOGIN_MS = 180_000;
const SETTLED_MS = 120_000;

export function rebootChecks(cluster: SharedCluster): void {
  test('can be stopped all at once and started again, and is what it was', async () => {
    const letters = await cluster.letters();
    const before = await cluster.timesSaid(DONE);
    await cluster.everywhere(NODES, (node) => cluster.on(node, 'touch /var/lib/kept'));
    await keep(cluster, CONTROL_PLANES[0] ?? '', 'kept/before-the-stop', 'yes');
    const stop = await cluster.place.good(['stop', NAME]);
    cluster.tell('stop, all at once', stop.tookMs);
    expect(await cluster.machines()).toEqual([]);
    // By their button, which they hear: they were not just switched off.
    for (const node of NODES) {
      expect((await cluster.place.good(['console', NAME, node])).output).toContain('Power down');
    }
    await cluster.place.good(['plan', NAME]);

    const startMs = performance.now();
    await cluster.place.good(['start', NAME]);
    // Nobody comes in before that: whoever does is work for a machine that has enough of it.
    await eventually(BOOT_MS, async () => {
      const said = await cluster.timesSaid(DONE);
      return NODES.find((node) => said.get(node) === before.get(node));
    });
    cluster.tell('start, until every agent has done all its stages', performance.now() - startMs);
    await cluster.everywhere(NODES, (node) => cluster.answering(node, LOGIN_MS));
    await threeVoters(cluster);
    await meshed(cluster);
    cluster.tell('start, until three vote and all reach one another', performance.now() - startMs);
    await cluster.everywhere(NODES, (node) => cluster.on(node, 'ls /var/lib/kept'));
    for (const node of CONTROL_PLANES) {
      for (const key of ['from-the-beginning', 'before-the-stop']) {
        expect(await kept(cluster, node, `kept/${key}`)).toBe('yes');
      }
    }
    // Nobody had to be asked, and nothing is said twice.
    expect(await cluster.letters()).toEqual(letters);
    // What looks after etcd may have begun before that did; its next round is in order.
    await eventually(SETTLED_MS, async () => {
      const failed = await cluster.everywhere(NODES, (node) =>
        cluster.on(node, 'systemctl --failed --no-legend --plain'),
      );
      return failed.join('') === '' ? undefined : failed.join('\n');
    });
    await cluster.place.good(['plan', NAME]);
  });
}
