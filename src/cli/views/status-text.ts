import type { ClusterStatus, NodeStatus } from '#app/app.ts';
import { shorten, table } from './columns.ts';
import { firstLine, harmlessLine } from './harmless.ts';
import type { Palette } from './palette.ts';
import { rotationRows } from './rotation-text.ts';
import { endLines, headingText } from './words.ts';

/** Where a list of unfinished resources is cut when nobody said how much room there is. */
const UNFINISHED_MAX = 20;
const PROBLEM_WIDTH = 100;
/** Of nodes that have failed, and of the last that each of them has said. */
const FAILURES_MAX = 3;
const LAST_LINES_MAX = 10;

/** `rows`: of a screen that is painted over; the nodes that are ready give way first. */
export function statusLines(
  status: ClusterStatus,
  palette: Palette,
  rows = Number.MAX_SAFE_INTEGER,
): readonly string[] {
  const { heading, resources, places, isDeleted } = status;
  const rest = [
    ...failureLines(status.nodes, palette, Math.floor(rows / 4)),
    ...unfinishedLines(resources.unfinished, palette, Math.min(UNFINISHED_MAX, Math.floor(rows / 3))),
    '',
    ...table(places.map(({ what, where }) => [palette.faint(what), where])),
    ...endLines(heading, palette),
  ];
  const top = [palette.strong(headingText({ ...heading, verb: 'status' })), ...summaryLines(status, palette)];
  if (isDeleted) return [...top, '', palette.care('It is deleted.'), ...rest];
  return [...top, ...nodeLines(status.nodes, palette, rows - top.length - rest.length - 2), ...rest];
}

function summaryLines(
  { heading, uid, nodes, resources, delegation, rotations, ageing, driver }: ClusterStatus,
  palette: Palette,
): readonly string[] {
  const ready = nodes.filter(({ state }) => state === 'ready').length;
  const nodesText = `${ready} of ${nodes.length} ready`;
  return [
    '',
    ...table([
      [palette.faint('nodes'), ready === nodes.length ? palette.good(nodesText) : palette.care(nodesText)],
      [palette.faint('resources'), `${resources.ready} of ${resources.total} ready`],
      ...delegationRows(delegation, palette),
      ...rotationRows(rotations, palette.faint),
      ...ageingRows(ageing, heading.cluster, palette),
      [palette.faint('driven by'), driver ?? 'nobody'],
      [palette.faint('uid'), uid],
    ]),
  ];
}

function ageingRows(
  ageing: ClusterStatus['ageing'],
  cluster: string,
  palette: Palette,
): readonly (readonly string[])[] {
  return ageing.map(({ authority, endsMs, isOver }) => {
    const end = new Date(endsMs).toISOString().slice(0, 10);
    const what = isOver ? palette.bad(`${authority} has ended on ${end}`) : palette.care(`${authority} ends on ${end}`);
    return [palette.faint('authority'), `${what}: bootstrap rotate ${cluster} ${authority}`];
  });
}

function delegationRows(delegation: ClusterStatus['delegation'], palette: Palette): readonly (readonly string[])[] {
  if (delegation === undefined) return [];
  return [
    [palette.faint('name servers'), delegation.nameServers.join(' ')],
    [palette.faint('delegation'), delegation.found],
  ];
}

function nodeLines(nodes: readonly NodeStatus[], palette: Palette, room: number): readonly string[] {
  if (nodes.length === 0) return [];
  const unready = nodes.filter(({ state }) => state !== 'ready');
  const shown = (nodes.length <= room ? nodes : unready).slice(0, Math.max(1, room - 2));
  const left = nodes.length - shown.length;
  const head = ['node', 'role', 'zone', 'address', 'state', ''].map((word) => palette.faint(word));
  return [
    '',
    ...table([head, ...shown.map((node) => nodeCells(node, palette))]),
    ...(left > 0 ? [palette.faint(`… and ${left} more`)] : []),
  ];
}

function nodeCells(node: NodeStatus, palette: Palette): readonly string[] {
  const { name, role, zone, address, state, progress, detail } = node;
  const paint = {
    ready: palette.good,
    starting: palette.accent,
    failed: palette.bad,
    missing: palette.care,
    off: palette.care,
  }[state];
  const steps = progress === undefined || state === 'ready' ? '' : `${progress.done}/${progress.of} `;
  // What else is said stands below the table.
  const news = detail === state ? '' : firstLine(detail);
  return [name, role, zone, address ?? '–', paint(state), palette.faint(shorten(`${steps}${news}`, PROBLEM_WIDTH))];
}

/** Why a stage failed, and the last that it has said: a table has no room for that. */
function failureLines(nodes: readonly NodeStatus[], palette: Palette, room: number): readonly string[] {
  const told = nodes.filter(({ state, detail }) => state === 'failed' && detail.includes('\n'));
  const lines = told.slice(0, FAILURES_MAX).flatMap(({ name, detail }) => {
    const [reason = '', ...log] = detail.split('\n').map(harmlessLine);
    return ['', palette.bad(`${name}: ${reason}`), ...log.slice(-LAST_LINES_MAX).map(palette.faint)];
  });
  const left = told.length - FAILURES_MAX;
  const more = left > 0 ? ['', palette.faint(`… and ${left} more that have failed`)] : [];
  return lines.length + more.length <= room ? [...lines, ...more] : [];
}

function unfinishedLines(
  unfinished: ClusterStatus['resources']['unfinished'],
  palette: Palette,
  room: number,
): readonly string[] {
  if (unfinished.length === 0) return [];
  const shown = unfinished.slice(0, room);
  const rows = shown.map(({ address, status, problem = '' }) => [
    address,
    status,
    palette.bad(shorten(firstLine(problem), PROBLEM_WIDTH)),
  ]);
  const left = unfinished.length - shown.length;
  return [
    '',
    palette.strong('Not finished'),
    ...table(rows, '  '),
    ...(left > 0 ? [palette.faint(`  … and ${left} more`)] : []),
  ];
}
