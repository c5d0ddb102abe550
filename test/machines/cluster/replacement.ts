import { expect, test } from 'vitest';
import { CanaryWriter, lost } from './canary-writer.ts';
import { changesOfMembers, kept, leaderSeen, membersSeen, threeVoters } from './etcd-view.ts';
import { meshed } from './overlay.ts';
import { CONTROL_PLANES, NAME, type SharedCluster } from './shared-cluster.ts';

/** Much longer than an election, where every program takes ten times as long as elsewhere. */
const GAP_S_MAX = 40;

export function replacementChecks(cluster: SharedCluster): void {
  test('gets another machine for the one that led and has died, and writes go on meanwhile', async () => {
    const victim = await leaderSeen(cluster, CONTROL_PLANES[0] ?? '');
    const [survivor = '', other = ''] = CONTROL_PLANES.filter((node) => node !== victim);
    const before = await membersSeen(cluster, survivor);
    const sinceS = (await cluster.on(survivor, 'date +%s')).trim();
    await cluster.on(victim, 'touch /var/lib/of-the-first');
    const writer = await CanaryWriter.start(cluster, survivor, 'replacement');
    process.kill(await cluster.machineOf(victim), 'SIGKILL');
    const end = await cluster.place.good(['apply', NAME, '--plain']);
    cluster.tell(`apply after ${victim}, which led, was killed`, end.tookMs);
    await threeVoters(cluster);
    const written = await writer.stop();
    cluster.figures.push(
      `writes meanwhile: ${written.kept.length} kept, ${written.refused} refused, none for ${written.gapS.toFixed(1)} s at most`,
    );

    // One out before one in: there were never four, of which three would have had to agree.
    for (const node of [survivor, other]) {
      expect(await changesOfMembers(cluster, node, sinceS)).toEqual([
        'removed member',
        'added member',
        'promote member',
      ]);
    }
    const after = await membersSeen(cluster, survivor);
    const idOf = (members: typeof after, name: string) => members.find((member) => member.name === name)?.id;
    expect(idOf(after, victim)).not.toBe(idOf(before, victim));
    for (const node of [survivor, other]) expect(idOf(after, node)).toBe(idOf(before, node));

    expect(written.kept.length).toBeGreaterThan(0);
    expect(written.gapS).toBeLessThan(GAP_S_MAX);
    for (const node of CONTROL_PLANES) expect(await lost(cluster, node, written.kept)).toEqual([]);
    expect(await kept(cluster, victim, 'kept/from-the-beginning')).toBe('yes');
    expect((await cluster.tryOn(victim, 'ls /var/lib/of-the-first')).code).not.toBe(0);
    expect((await cluster.on(victim, 'hostname')).trim()).toBe(victim);
    await meshed(cluster);
    await cluster.place.good(['plan', NAME]);
  });
}
