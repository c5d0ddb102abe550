import type { ClusterStatus, NodeStatus } from '#app/app.ts';
import { shorten, table } from './columns.ts';
import type { Palette } from './palette.ts';
import { endLines, headingText } from './words.ts';

/** Where a list of unfinished resources is cut when nobody said how much room there is. */
const UNFINISHED_MAX = 20;
const PROBLEM_WIDTH = 100;

/** `rows`: of a screen that is painted over; the nodes that are ready give way first. */
export function statusLines(
  status: ClusterStatus,
  palette: Palette,
  rows = Number.MAX_SAFE_INTEGER,
): readonly string[] {
  const { heading, resources, places, isDeleted } = status;
  const rest = [
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
  { uid, nodes, resources, delegation, driver }: ClusterStatus,
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
      [palette.faint('driven by'), driver ?? 'nobody'],
      [palette.faint('uid'), uid],
    ]),
  ];
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
  const news = detail === state ? '' : firstLine(detail);
  return [name, role, zone, address ?? '–', paint(state), palette.faint(shorten(`${steps}${news}`, PROBLEM_WIDTH))];
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

/** A table has no room for the last lines of a log; `why` shows them. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
