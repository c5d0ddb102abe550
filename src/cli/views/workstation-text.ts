import type { RunHeading, RunOutcome } from '#app/app.ts';
import { table } from './columns.ts';
import type { Palette } from './palette.ts';

const NODE = 'node ';

/** Machines of a workstation are there when the command has ended: how one gets at them, and switches them off. */
export function workstationLines(
  { outputs }: Pick<RunOutcome, 'outputs'>,
  heading: Pick<RunHeading, 'provider' | 'verb' | 'cluster'> | undefined,
  palette: Palette,
): readonly string[] {
  const node = outputs.find(({ name }) => name.startsWith(NODE))?.name.slice(NODE.length);
  if (heading?.provider !== 'local' || heading.verb === 'delete' || node === undefined) return [];
  const { cluster } = heading;
  const rows = [
    [`bootstrap ssh ${cluster} ${node}`, 'a shell in one of them'],
    [`bootstrap logs ${cluster} ${node}`, 'its journal; console shows how it boots'],
    [`bootstrap stop ${cluster}`, 'switches them off, and start on again'],
  ];
  return [
    '',
    'The machines go on running on this workstation:',
    ...table(
      rows.map(([command = '', words = '']) => [palette.strong(command), palette.faint(words)]),
      '  ',
    ),
  ];
}
