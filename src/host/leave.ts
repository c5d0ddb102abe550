import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { writeOnce } from './hello.ts';
import type { Mailbox } from './mailbox.ts';
import { isReported, LETTER } from './protocol.ts';
import { settledAs } from './settled.ts';

/** Whoever has passed it is a member, also when it never becomes a node. */
const JOINING_STAGE = 'etcd';

/**
 * Asks a machine to leave what it is a member of, and refuses to go on as long as it has not. One that never joined has
 * nothing to leave, and one that is gone cannot: its successor, or the others, take it out.
 */
export async function leave(mailbox: Mailbox, context: ResourceContext, box: string): Promise<void> {
  const contents = await mailbox.look(context, box);
  const { letters, machine } = contents;
  if (machine === 'gone' || !hasJoined(letters) || letters.includes(LETTER.left)) return;
  if (!letters.includes(LETTER.leave)) await writeOnce(mailbox, context, box, { name: LETTER.leave });
  throw new CallError({
    outcome: 'rejected',
    reason: 'dependency',
    message: 'its machine to leave the quorum, which it does when the others can do without it',
  });
}

/** Whether its machine is a member of what does not stand that members are just taken away. */
function hasJoined(letters: readonly string[]): boolean {
  return settledAs({ letters }) !== undefined || isReported(letters, JOINING_STAGE);
}

/** What tells whether the machine is a member, and is not its node's to take away. */
export function isOfMembership(letter: string): boolean {
  return letter === LETTER.leave || letter === LETTER.left || isReported([letter], JOINING_STAGE);
}

/** A machine that was asked to leave stays after all: where the question is taken back, it joins again. */
export async function stay(mailbox: Mailbox, context: ResourceContext, box: string): Promise<void> {
  const { letters } = await mailbox.look(context, box);
  const farewell = [LETTER.left, LETTER.leave].filter((letter) => letters.includes(letter));
  if (farewell.length > 0) await mailbox.remove(context, box, farewell);
}
