import type { UpgradePreview } from '#app/upgrade-goal.ts';
import { table } from './columns.ts';
import { harmlessLine } from './harmless.ts';
import type { Palette } from './palette.ts';

/** A line for each node of each step: what it runs, what it is to run, and whether its work goes elsewhere meanwhile. */
export function upgradeLines({ steps }: UpgradePreview, palette: Palette): readonly string[] {
  if (steps.length === 0) return ['Every node runs what the lock says.'];
  const head = ['step', 'node', 'changes', 'meanwhile'].map((word) => palette.faint(word));
  const rows = steps.flatMap(({ nodes }, index) =>
    nodes.map(({ node, changes, hasBreak }) => [
      String(index + 1),
      node,
      harmlessLine(changes.length === 0 ? BACK : changes.map(changeText).join(', ')),
      hasBreak ? 'its work goes elsewhere' : palette.faint('its work goes on'),
    ]),
  );
  return table([head, ...rows]);
}

const BACK = 'back to what it ran before';

function changeText({ asset, from, to }: UpgradePreview['steps'][number]['nodes'][number]['changes'][number]): string {
  return `${asset} ${from === undefined ? to : `${from} → ${to}`}`;
}
