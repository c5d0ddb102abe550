import type { Progress } from '#engine/resource.ts';
import { type Column, layOut, shorten, spread } from './columns.ts';
import { formatDuration } from './duration.ts';
import { NODE_GROUP } from './groups.ts';
import type { Palette } from './palette.ts';
import { doingAt, type Group, isOver, type RunProgress, type Step } from './run-progress.ts';
import { DOING } from './words.ts';

export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly palette: Palette;
}

/** What the painter puts before a heading, and what it leaves free at the right edge. */
const MARGIN = 4;
const TIME_WIDTH = 7;
const ETA_WIDTH = 12;
const NAME_WIDTH_MAX = 30;
const TITLE_WIDTH = 14;
const COUNT_WIDTH = 5;
const DOING_WIDTH_MIN = 8;
const BAR_WIDTH = 14;
const BAR_FROM_COLUMNS = 90;
/** Steps of a group other than the nodes that are worth a line: those that make people wait. */
const SLOW_MS = 3_000;
const SLOW_LINES = 3;
const LEFT_MS_MIN = 1_000;
const NODE_LINES_MIN = 3;
/** Headings, overall line, remarks and the free lines around them. */
const OTHER_ROWS = 6;

/** A group as it stands on the screen: its heading, and a line for each of its steps that is worth one. */
export function groupLines(group: Group, progress: RunProgress, canvas: Canvas, nowMs: number): readonly string[] {
  const details = group.title === NODE_GROUP ? nodeLines : slowLines;
  return [headingLine(group, canvas, nowMs), ...details(group, progress, canvas, nowMs)];
}

/** The whole run in one line: how much is done, how long it may take, how long it has taken. */
export function overallLine(progress: RunProgress, { columns, palette }: Canvas, nowMs: number): string {
  const { steps } = progress;
  const done = steps.filter(isOver).length;
  const left = leftText(progress.remainingMs(nowMs));
  const width = columns >= BAR_FROM_COLUMNS ? 2 * BAR_WIDTH : BAR_WIDTH;
  const text = [`${done} of ${steps.length}`, ...(left === '' ? [] : [`about ${left}`])];
  const elapsed = formatDuration(nowMs - progress.startedAtMs);
  return spread(`${bar({ done, of: steps.length }, width, palette)}  ${text.join(' · ')}`, elapsed, columns - MARGIN);
}

function headingLine({ title, steps, isOver: isEnded }: Group, canvas: Canvas, nowMs: number): string {
  const { columns, palette } = canvas;
  const [done, failed, skipped] = (['done', 'failed', 'skipped'] as const).map(
    (state) => steps.filter((step) => step.state === state).length,
  );
  const counts = [
    `${done} of ${steps.length}`,
    ...(failed === 0 ? [] : [palette.bad(`${failed} failed`)]),
    ...(skipped === 0 ? [] : [palette.care(`${skipped} skipped`)]),
  ];
  const began = steps.reduce((first, { startedAtMs = nowMs }) => Math.min(first, startedAtMs), nowMs);
  const ended = isEnded ? steps.reduce((last, { endedAtMs = began }) => Math.max(last, endedAtMs), began) : nowMs;
  const elapsed = ended > began || done !== 0 ? formatDuration(ended - began) : '';
  const name = title.padEnd(TITLE_WIDTH);
  return spread(
    `${isEnded ? name : palette.strong(name)}${counts.join(' · ')}`,
    palette.faint(elapsed),
    columns - MARGIN,
  );
}

function nodeLines(group: Group, progress: RunProgress, canvas: Canvas, nowMs: number): readonly string[] {
  const worth = group.steps.filter(({ state }) => state === 'running' || state === 'waiting' || state === 'failed');
  if (worth.length === 0) return [];
  const shown = capped(worth, roomForNodes(progress, canvas));
  const nameWidth = Math.min(NAME_WIDTH_MAX, Math.max(...shown.map(({ place }) => place.name.length)));
  const hasSteps = shown.some((step) => step.progress !== undefined);
  const nodeCanvas = { ...canvas, nameWidth, hasSteps, nowMs };
  const lines = shown.map((step) => nodeLine(withMachine(step, progress, nowMs), progress, nodeCanvas));
  return withRest(lines, worth.length - shown.length, canvas);
}

/** Failed ones first, then those furthest behind among those that have begun: the run waits for them. */
function capped(steps: readonly Step[], room: number): readonly Step[] {
  if (steps.length <= room) return steps;
  const rank = ({ state, progress }: Step): number => {
    if (state === 'failed') return -1;
    return state === 'waiting' ? Number.MAX_SAFE_INTEGER : (progress?.done ?? 0);
  };
  const chosen = new Set(steps.toSorted((one, other) => rank(one) - rank(other)).slice(0, room));
  return steps.filter((step) => chosen.has(step));
}

function roomForNodes({ groups }: RunProgress, { rows }: Canvas): number {
  const slow = groups.filter(({ title, isOver: isEnded }) => title !== NODE_GROUP && !isEnded).length * SLOW_LINES;
  return Math.max(NODE_LINES_MIN, rows - OTHER_ROWS - groups.length - slow);
}

/** A node that waits for its machine is where its machine is. */
function withMachine(step: Step, progress: RunProgress, nowMs: number): Step {
  if (step.state !== 'waiting') return step;
  const machine = progress.machineOf(step);
  if (machine?.state !== 'running') return step;
  const doing = doingAt(machine, nowMs);
  return { ...step, doing: doing === '' ? 'launching' : doing, startedAtMs: machine.startedAtMs };
}

interface NodeCanvas extends Canvas {
  readonly nameWidth: number;
  /** Whether any of the nodes has begun with its steps. */
  readonly hasSteps: boolean;
  readonly nowMs: number;
}

function nodeLine(step: Step, progress: RunProgress, canvas: NodeCanvas): string {
  const { columns, palette, nameWidth, nowMs } = canvas;
  const { state, progress: steps } = step;
  const left = state === 'running' ? progress.remainingMsOf(step, nowMs) : undefined;
  const barWidth = canvas.hasSteps && columns >= BAR_FROM_COLUMNS ? BAR_WIDTH : 0;
  const before: readonly Column[] = [
    { text: step.place.name, width: nameWidth },
    { text: steps === undefined ? '' : bar(steps, barWidth), width: barWidth, paint: palette.accent },
    { text: steps === undefined ? '' : `${steps.done}/${steps.of}`, width: canvas.hasSteps ? COUNT_WIDTH : 0 },
  ];
  const after: readonly Column[] = [
    { text: leftText(left), width: ETA_WIDTH, align: 'right', paint: palette.faint },
    { text: elapsedOf(step, nowMs), width: TIME_WIDTH, align: 'right', paint: palette.faint },
  ];
  const taken = [...before, ...after].reduce((sum, { width }) => sum + (width > 0 ? width + 2 : 0), 0);
  const width = Math.max(DOING_WIDTH_MIN, columns - MARGIN - taken);
  return layOut([
    ...before,
    { text: doingAt(step, nowMs), width, paint: state === 'failed' ? palette.bad : palette.faint },
    ...after,
  ]);
}

/** Nobody believes in zero seconds that last. */
function leftText(leftMs: number | undefined): string {
  return leftMs === undefined || leftMs < LEFT_MS_MIN ? '' : `${formatDuration(leftMs)} left`;
}

function slowLines(group: Group, progress: RunProgress, canvas: Canvas, nowMs: number): readonly string[] {
  const nodes = new Set(progress.steps.flatMap(({ place }) => (place.group === NODE_GROUP ? [place.name] : [])));
  const slow = group.steps.filter((step) => {
    const { state, startedAtMs = nowMs, place } = step;
    if (state === 'failed') return true;
    // What a machine is at stands in the line of its node.
    if (state !== 'running' || doingAt(step, nowMs) === '' || nodes.has(place.name)) return false;
    return nowMs - startedAtMs >= SLOW_MS;
  });
  const oldest = slow.toSorted((one, other) => (one.startedAtMs ?? nowMs) - (other.startedAtMs ?? nowMs));
  const shown = oldest.slice(0, SLOW_LINES);
  const nameWidth = Math.min(NAME_WIDTH_MAX, Math.max(0, ...shown.map(({ place }) => place.name.length)));
  const lines = shown.map((step) => slowLine(step, canvas, nameWidth, nowMs));
  return withRest(lines, slow.length - shown.length, canvas);
}

function slowLine(step: Step, { columns, palette }: Canvas, nameWidth: number, nowMs: number): string {
  const isFailed = step.state === 'failed';
  return layOut([
    { text: step.place.name, width: nameWidth },
    {
      text: isFailed ? step.doing : `${DOING[step.action]} · ${doingAt(step, nowMs)}`,
      width: columns - MARGIN - nameWidth - TIME_WIDTH - 4,
      paint: isFailed ? palette.bad : palette.faint,
    },
    { text: elapsedOf(step, nowMs), width: TIME_WIDTH, align: 'right', paint: palette.faint },
  ]);
}

function withRest(lines: readonly string[], more: number, { columns, palette }: Canvas): readonly string[] {
  return more <= 0 ? lines : [...lines, palette.faint(shorten(`… and ${more} more`, columns - MARGIN))];
}

function elapsedOf({ startedAtMs, endedAtMs }: Step, nowMs: number): string {
  return startedAtMs === undefined ? '' : formatDuration((endedAtMs ?? nowMs) - startedAtMs);
}

function bar({ done, of }: Progress, width: number, palette?: Palette): string {
  const full = of === 0 ? 0 : Math.round((done / of) * width);
  const [left, right] = ['━'.repeat(full), '─'.repeat(width - full)];
  return palette === undefined ? `${left}${right}` : `${palette.accent(left)}${palette.faint(right)}`;
}
