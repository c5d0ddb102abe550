import { expect, test } from 'vitest';
import { etcdctl, kept, leaderSeen, membersSeen, threeVoters } from './etcd-view.ts';
import { CONTROL_PLANES, NAME, type SharedCluster } from './shared-cluster.ts';

export function etcdChecks(cluster: SharedCluster): void {
  test('remembers everything three times, by voters that trust only each other', async () => {
    await threeVoters(cluster);
    const [first = ''] = CONTROL_PLANES;
    expect(CONTROL_PLANES).toContain(await leaderSeen(cluster, first));
    await etcdctl(cluster, first, 'put kept/from-the-beginning yes');
    const seen = await cluster.everywhere(CONTROL_PLANES, async (node) => {
      const said = await kept(cluster, node, 'kept/from-the-beginning');
      const { code } = await cluster.tryOn(
        node,
        'curl -sf -m 10 http://127.0.0.1:2379/health || curl -skf -m 10 https://127.0.0.1:2379/health',
      );
      return {
        said,
        isOpen: code === 0,
        ids: (await membersSeen(cluster, node)).map(({ id }) => id).toSorted(),
      };
    });
    const ids = seen[0]?.ids;
    expect(seen).toEqual(CONTROL_PLANES.map(() => ({ said: 'yes', isOpen: false, ids })));
    await cluster.place.good(['etcd', 'status', NAME]);
  });

  test('runs each of its parts as a unit, and shows all of them', async () => {
    const { output } = await cluster.place.good(['units', NAME]);
    for (const unit of ['bootstrap-overlay', 'bootstrap-peers', 'bootstrap-etcd']) expect(output).toContain(unit);
    await cluster.everywhere(CONTROL_PLANES, async (node) => {
      const owner = await cluster.on(node, 'stat -c "%U %a" /var/lib/bootstrap/etcd; ps -o euser:32= -C etcd');
      expect(owner.trim().split(/\s+/)).toEqual(['bootstrap-etcd', '700', 'bootstrap-etcd']);
    });
  });
}
