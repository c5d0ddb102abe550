import type { PlannedChange, PlanResult } from '#app/app.ts';
import type { ChangeAction } from '#engine/change.ts';
import { table } from './columns.ts';
import { placeOf } from './groups.ts';
import type { Palette } from './palette.ts';
import { headingText, SIMULATED_END } from './words.ts';

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

/** Every change that is not a keep, under its group, with its reason. */
export function planLines(
  { heading, changes, isEmpty }: PlanResult,
  palette: Palette,
  next: string,
): readonly string[] {
  return [
    headingText({ ...heading, verb: 'plan' }),
    ...changeLines(changes, palette),
    '',
    ...(isEmpty
      ? [palette.good('Nothing to do: everything is as declared.')]
      : [`Plan: ${actionCounts(changes)}.`, 'To carry it out:', `  ${palette.strong(next)}`]),
    ...(heading.isSimulated ? ['', palette.care(SIMULATED_END)] : []),
  ];
}

function changeLines(changes: readonly PlannedChange[], palette: Palette): readonly string[] {
  const told = changes.filter(({ action }) => action !== 'keep');
  const groups = Map.groupBy(told, ({ address }) => placeOf(address).group);
  return [...groups].flatMap(([title, members]) => [
    '',
    palette.strong(title),
    ...table(
      members.map((change) => changeCells(change, palette)),
      '  ',
    ),
  ]);
}

function changeCells({ address, action, because, inputs }: PlannedChange, palette: Palette): readonly string[] {
  const mark = ACTIONS.find(([name]) => name === action)?.[1] ?? ' ';
  const names = inputs.filter((name) => !because.includes(name)).join(', ');
  const why = names === '' ? because : `${because} (${names})`;
  return [paintOf(action, palette)(mark), String(address), palette.faint(why)];
}

function paintOf(action: ChangeAction, palette: Palette): (text: string) => string {
  if (action === 'create' || action === 'adopt') return palette.good;
  return action === 'destroy' || action === 'abandon' ? palette.bad : palette.care;
}
