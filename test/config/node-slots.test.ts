import { describe, expect, test } from 'vitest';
import { rosterOf } from '#cluster/roster.ts';
import { zoneCidr } from '#cluster/address-plan.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseCidr, sizeOf } from '#config/cidr.ts';
import { findingsIn, MINIMAL, specOf } from './support/loading.ts';

/** Files whose ranges have just enough room, and what makes one too small. */
const TIGHT = [
  { what: 'pods', nodes: 'worker: { count: 3, max: 128 }', range: 'pods: 10.44.0.0/16', over: 'max: 129' },
  { what: 'overlay', nodes: 'worker: { count: 3, max: 127 }', range: 'overlay: 10.43.0.0/24', over: 'max: 128' },
  { what: 'machines', nodes: 'worker: { count: 3, max: 72 }', range: 'machines: 10.42.0.0/24', over: 'max: 73' },
];

describe.each(TIGHT)('ranges that are large enough for the file: $what', ({ nodes, range, over }) => {
  const fileWith = (groups: string) => `${MINIMAL}nodes: { ${groups} }\nnetwork: { ${range} }\n`;

  test('hold every node that scaling can lead to', async () => {
    const spec = await specOf(fileWith(nodes));
    const most = { worker: spec.nodes.worker?.max ?? spec.nodes.worker?.count ?? 0 };
    const roster = rosterOf(spec, most);
    expect(new Set(roster.map(({ podCidr }) => podCidr)).size).toBe(roster.length);
    expect(new Set(roster.map(({ overlayAddress }) => overlayAddress)).size).toBe(roster.length);
    for (const zone of spec.zones)
      expect(roster.filter((member) => member.zones[0] === zone).length).toBeLessThanOrEqual(roomInZone(spec));
  });

  test('are refused for one node more', async () => {
    const found = await findingsIn(fileWith(nodes.replace(/max: \d+/, over)));
    expect(found).toEqual([`config.cidr-too-small at network.${range.split(':')[0]}`]);
  });
});

/** A subnet keeps five addresses for the provider. */
function roomInZone(spec: ClusterSpec): number {
  return sizeOf(parseCidr(zoneCidr(spec.network.machines, 0))) - 5;
}
