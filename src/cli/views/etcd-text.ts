import type { EtcdMember, EtcdStatus } from '#app/etcd-status.ts';
import { formatBytes } from './bytes.ts';
import { table } from './columns.ts';
import { harmlessLine } from './harmless.ts';
import type { Palette } from './palette.ts';
import { silentLines } from './silent-text.ts';
import { counted } from './words.ts';

const HEAD = ['member', 'is', 'health', 'version', 'size', 'in use', 'revision', 'behind', 'id'];

/** Its members, and in words what it survives. */
export function etcdLines(status: EtcdStatus, palette: Palette): readonly string[] {
  const { members, alarms, silent } = status;
  return [
    ...table([HEAD.map((word) => palette.faint(word)), ...members.map((member) => memberCells(member, palette))]),
    '',
    paintFor(status, palette)(survivalText(status)),
    ...alarms.map(({ member, alarm }) => palette.bad(harmlessLine(`alarm of ${member}: ${alarm}`))),
    ...silentLines(silent, palette),
  ];
}

function memberCells({ name, id, is, health, figures }: EtcdMember, palette: Palette): readonly string[] {
  const paint = health === 'healthy' ? palette.good : palette.bad;
  const said =
    figures === undefined
      ? Array.from({ length: 5 }, () => '–')
      : [
          harmlessLine(figures.version),
          formatBytes(figures.dbBytes),
          formatBytes(figures.dbInUseBytes),
          String(figures.revision),
          String(figures.lag),
        ];
  return [name === '' ? '(not started)' : harmlessLine(name), is, paint(health), ...said, palette.faint(id)];
}

/**
 * | spare voters | it                             |
 * |--------------|--------------------------------|
 * | one or more  | survives the loss of so many   |
 * | none         | has a quorum, just             |
 * | less         | has no quorum                  |
 */
function survivalText({ isAgreed, voters, votersThere, spare }: EtcdStatus): string {
  if (!isAgreed)
    return 'It has no quorum, or is too slow to say who its members are: these are only those that answer.';
  const there = `${votersThere} of ${counted(voters, 'voter')} there`;
  if (spare > 0) return `It survives the loss of ${counted(spare, 'member')}: ${there}.`;
  if (spare === 0) return `It works, but does not survive the loss of any member: ${there}.`;
  return `It has no quorum, so nothing can be written: ${there}, ${votersThere - spare} needed.`;
}

function paintFor({ isAgreed, spare }: EtcdStatus, { good, care, bad }: Palette): (text: string) => string {
  if (!isAgreed || spare < 0) return bad;
  return spare > 0 ? good : care;
}
