import type { PlannedChange, PlanResult } from '#app/app.ts';
import type { ChangeAction } from '#engine/change.ts';
import { table } from './columns.ts';
import { costCells, costLines } from './cost-text.ts';
import { placeOf } from './groups.ts';
import type { Palette } from './palette.ts';
import { isRefused, preflightSection } from './preflight-text.ts';
import { rotationRows } from './rotation-text.ts';
import { accessText, endLines, headingText } from './words.ts';

/** In the order in which a reader wants to know. */
const ACTIONS: readonly (readonly [action: ChangeAction, mark: string, words: string])[] = [
  ['create', '+', 'to create'],
  ['adopt', '&', 'to adopt'],
  ['update', '~', 'to update'],
  ['replace', '±', 'to replace'],
  ['destroy', '-', 'to destroy'],
  ['abandon', '-', 'to let go with its host'],
  ['leave', '?', 'out of reach'],
  ['keep', ' ', 'as declared'],
];

/** `12 to create, 1 to destroy, 40 as declared` */
export function actionCounts(changes: readonly PlannedChange[]): string {
  const counts = ACTIONS.flatMap(([action, , words]) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return counts.length === 0 ? 'nothing to do' : counts.join(', ');
}

export interface PlanStyle {
  readonly palette: Palette;
  readonly columns: number;
}

/** Every change that is not a keep, under its group, with its reason. */
export function planLines(
  { heading, changes, isEmpty, accessFound, preflight, rotations, cost }: PlanResult,
  { palette, columns }: PlanStyle,
  next: string,
): readonly string[] {
  return [
    headingText({ ...heading, verb: 'plan' }),
    ...(accessFound === undefined ? [] : [palette.faint(accessText(accessFound))]),
    ...table(rotationRows(rotations, palette.faint)),
    ...changeLines(changes, palette),
    '',
    ...preflightSection(preflight, palette),
    ...(isEmpty
      ? [palette.good('Nothing to do: everything is as declared.'), ...costLines(cost, palette, columns)]
      : [
          `Plan: ${actionCounts(changes)}.`,
          ...costLines(cost, palette, columns),
          isRefused(preflight) ? 'It is refused until what is bad is mended; then:' : 'To carry it out:',
          `  ${palette.strong(next)}`,
        ]),
    ...endLines(heading, palette),
  ];
}

function changeLines(changes: readonly PlannedChange[], palette: Palette): readonly string[] {
  const told = changes.filter(({ action }) => action !== 'keep');
  const costs = costCells(told);
  const groups = Map.groupBy(told, ({ address }) => placeOf(address).group);
  return [...groups].flatMap(([title, members]) => [
    '',
    palette.strong(title),
    ...table(
      members.map((change) => changeCells(change, palette, costs.get(change))),
      '  ',
    ),
  ]);
}

function changeCells(
  { address, action, because, inputs }: PlannedChange,
  palette: Palette,
  cost: string | undefined,
): readonly string[] {
  const mark = ACTIONS.find(([name]) => name === action)?.[1] ?? ' ';
  const names = inputs.filter((name) => !because.includes(name)).join(', ');
  const why = names === '' ? because : `${because} (${names})`;
  return [paintOf(action, palette)(mark), String(address), ...(cost === undefined ? [] : [cost]), palette.faint(why)];
}

function paintOf(action: ChangeAction, palette: Palette): (text: string) => string {
  if (action === 'create' || action === 'adopt') return palette.good;
  return action === 'destroy' || action === 'abandon' ? palette.bad : palette.care;
}
