import type { DeletePreview, KeptData } from '#app/app.ts';
import { shorten } from './columns.ts';
import { dollars } from './cost-text.ts';
import { placeOf } from './groups.ts';
import type { Palette } from './palette.ts';
import { counted, headingText } from './words.ts';

const TITLE_WIDTH = 10;
const NAMES_MAX = 4;
const NAMES_WIDTH_MAX = 100;
/** Indentation, title, count, and what is between them. */
const BEFORE_NAMES = 20;

/** What goes, by groups with their counts: a thousand machines are one line. */
export function deletionLines(
  { heading, changes, cost, keeps }: DeletePreview,
  { strong, faint, bad }: Palette,
  columns: number,
): readonly string[] {
  const going = changes.filter(({ action }) => action === 'destroy' || action === 'abandon');
  const staying = changes.filter(({ action }) => action !== 'destroy' && action !== 'abandon');
  const groups = Map.groupBy(going, ({ address }) => placeOf(address).group);
  const lines = [...groups].map(([title, members]) => {
    const names = members.map(({ address }) => placeOf(address).name);
    const text = someNames(names, Math.min(NAMES_WIDTH_MAX, columns - BEFORE_NAMES));
    return `  ${title.padEnd(TITLE_WIDTH)}${String(members.length).padStart(5)}  ${faint(text)}`;
  });
  return [
    strong(headingText({ ...heading, verb: 'delete' })),
    '',
    ...(going.length === 0
      ? ['Nothing is left to destroy.']
      : [bad(`${counted(going.length, 'resource')} will be destroyed:`), ...lines]),
    ...lessLines(cost.before - cost.after - (keeps?.monthlyUsd ?? 0)),
    ...(keeps === undefined ? [] : [keptText(keeps)]),
    ...staying.map(({ address, because }) => `  stays: ${address}, ${because}`),
    '',
  ];
}

/** As many as fit, in full, and how many more there are. */
function someNames(names: readonly string[], width: number): string {
  for (let shown = Math.min(NAMES_MAX, names.length); shown > 0; shown -= 1) {
    const more = names.length - shown;
    const text = `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    if (text.length <= width || shown === 1) return shorten(text, width);
  }
  return '';
}

function keptText({ disks, sizeGiB, monthlyUsd }: KeptData): string {
  if (disks === 0) return 'There is no disk with data to keep.';
  const what = `${counted(disks, 'disk')} with data, ${sizeGiB} GiB in all`;
  return `Kept: ${what}, for ${dollars(monthlyUsd)} a month until you remove ${disks === 1 ? 'it' : 'them'}.`;
}

function lessLines(monthlyUsd: number): readonly string[] {
  return monthlyUsd > 0 ? [`That is ${dollars(monthlyUsd)} a month less.`] : [];
}
