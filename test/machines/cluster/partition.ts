import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CanaryWriter, lost } from './canary-writer.ts';
import { leaderSeen, threeVoters } from './etcd-view.ts';
import { meshed, overlayAddresses } from './overlay.ts';
import { CONTROL_PLANES, eventually, NAME, NODES, type SharedCluster } from './shared-cluster.ts';

const APART_MS = 60_000;
const GAP_S_MAX = 40;
const HEALED_MS = 120_000;

export function partitionChecks(cluster: SharedCluster): void {
  test('goes on without one that is cut off, though it led, and takes it back', async () => {
    const apart = await leaderSeen(cluster, CONTROL_PLANES[0] ?? '');
    const others = NODES.filter((node) => node !== apart);
    const [among = ''] = others;
    const far = others.at(-1) ?? '';
    const known = await overlayAddresses(cluster);
    const [majority, minority] = [
      await CanaryWriter.start(cluster, among, 'majority'),
      await CanaryWriter.start(cluster, apart, 'minority'),
    ];
    for (const node of others) await cluster.place.good(['links', NAME, apart, node, '--cut']);
    const cutS = await minority.nowS();
    await sleep(APART_MS);
    expect((await cluster.tryOn(apart, `ping -c 2 -W 3 ${known.get(far)}`)).code).not.toBe(0);
    expect((await cluster.tryOn(among, `ping -c 2 -W 3 ${known.get(far)}`)).code).toBe(0);
    expect(CONTROL_PLANES.filter((node) => node !== apart)).toContain(await leaderSeen(cluster, among));
    const healS = await minority.nowS();
    for (const node of others) await cluster.place.good(['links', NAME, apart, node, '--heal']);

    const healedMs = performance.now();
    await meshed(cluster);
    await threeVoters(cluster);
    await eventually(HEALED_MS, async () => {
      const { output } = await cluster.tryOn(apart, 'tail -n 1 /run/canary.log');
      return output.includes('kept') ? undefined : `${apart} still cannot write: ${output}`;
    });
    cluster.tell('healed, until the one that was cut off writes', performance.now() - healedMs);
    const [kept, lonely] = [await majority.stop(), await minority.stop()];
    cluster.figures.push(
      `cut off for ${(healS - cutS).toFixed(0)} s: the others kept ${kept.kept.length} writes, none for ${kept.gapS.toFixed(1)} s at most; it was refused ${lonely.refused}`,
    );
    // A moment for what was under way when the links were cut.
    expect(lonely.keptAtS.filter((atS) => atS > cutS + 1 && atS < healS)).toEqual([]);
    expect(lonely.refused).toBeGreaterThan(0);
    expect(kept.gapS).toBeLessThan(GAP_S_MAX);
    for (const node of CONTROL_PLANES) expect(await lost(cluster, node, [...kept.kept, ...lonely.kept])).toEqual([]);
    await cluster.place.good(['plan', NAME]);
  });
}
