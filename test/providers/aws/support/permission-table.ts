import { permissionRows } from '#providers/aws/permissions.ts';

const BEGIN = '<!-- permissions -->';
const END = '<!-- /permissions -->';

/** The actions of IAM as the README shows them, between their markers. */
export function permissionTable(): string {
  const rows = permissionRows().map(
    ({ action, for: reasons }) => `| \`${action}\` | ${reasons.map(shown).join(', ')} |`,
  );
  return [BEGIN, '', '| Action | For |', '|--------|-----|', ...rows, '', END].join('\n');
}

/** A kind of resource as the program spells it, or a purpose in words. */
function shown(reason: string): string {
  return reason.startsWith('aws.') ? `\`${reason}\`` : reason;
}

/** The same text with the table of today; undefined: there are no markers for it. */
export function withPermissionTable(readme: string): string | undefined {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) return undefined;
  return readme.slice(0, begin) + permissionTable() + readme.slice(end + END.length);
}
