import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { writeOnce } from './hello.ts';
import type { Mailbox } from './mailbox.ts';
import { LETTER } from './protocol.ts';
import { settledAs } from './settled.ts';

/**
 * Asks a machine to leave what it is a member of, and refuses to go on as long as it has not. One that never became a node
 * has nothing to leave, and one that is gone cannot: its successor, or the others, take it out.
 */
export async function leave(mailbox: Mailbox, context: ResourceContext, box: string): Promise<void> {
  const contents = await mailbox.look(context, box);
  const { letters, machine } = contents;
  if (machine === 'gone' || settledAs(contents) === undefined || letters.includes(LETTER.left)) return;
  if (!letters.includes(LETTER.leave)) await writeOnce(mailbox, context, box, { name: LETTER.leave });
  throw new CallError({
    outcome: 'rejected',
    reason: 'dependency',
    message: 'its machine to leave the quorum, which it does when the others can do without it',
  });
}

/** A machine that was asked to leave stays after all: where the question is taken back, it joins again. */
export async function stay(mailbox: Mailbox, context: ResourceContext, box: string): Promise<void> {
  const { letters } = await mailbox.look(context, box);
  const farewell = [LETTER.left, LETTER.leave].filter((letter) => letters.includes(letter));
  if (farewell.length > 0) await mailbox.remove(context, box, farewell);
}
