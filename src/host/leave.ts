import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { writeOnce } from './hello.ts';
import type { Mailbox } from './mailbox.ts';
import { isReported, LETTER } from './protocol.ts';
import { settledAs } from './settled.ts';

/** Whoever has passed it may vote from then on, also when it never becomes a node. */
const SEATED_STAGE = 'seat';

/**
 * Asks a machine to leave what it is a member of, and refuses to go on as long as it has not. One that has no seat yet has
 * nothing to leave, and one that is gone, or was given up before it was a node, cannot: its successor, or the others, take
 * it out.
 */
export async function leave(mailbox: Mailbox, context: ResourceContext, box: string): Promise<void> {
  const contents = await mailbox.look(context, box);
  const { letters, machine } = contents;
  const isAsked = letters.includes(LETTER.leave);
  const hasLeft = isAsked && letters.includes(LETTER.left);
  if (machine === 'gone' || !mayVote(letters) || hasLeft) return;
  if (!isAsked) await ask(mailbox, context, { box, letters });
  throw new CallError({
    outcome: 'rejected',
    reason: 'dependency',
    message: 'its machine to leave the quorum, which it does when the others can do without it',
  });
}

interface Asked {
  readonly box: string;
  readonly letters: readonly string[];
}

async function ask(mailbox: Mailbox, context: ResourceContext, { box, letters }: Asked): Promise<void> {
  // It answered when it was not asked any more, and may have joined again since.
  if (letters.includes(LETTER.left)) await mailbox.remove(context, box, [LETTER.left]);
  const mayBeLast = settledAs({ letters }) === undefined ? ({ mayBeLast: true } as const) : {};
  await writeOnce(mailbox, context, box, { name: LETTER.leave, ...mayBeLast });
}

/** Whether its machine may be a member of what does not stand that members are just taken away. */
function mayVote(letters: readonly string[]): boolean {
  if (settledAs({ letters }) !== undefined) return true;
  return isReported(letters, SEATED_STAGE) && !letters.includes(LETTER.givenUp);
}

const OF_MEMBERSHIP: ReadonlySet<string> = new Set([LETTER.leave, LETTER.left, LETTER.givenUp]);

/** What tells whether the machine is a member, and is not its node's to take away. */
export function isOfMembership(letter: string): boolean {
  return OF_MEMBERSHIP.has(letter) || isReported([letter], SEATED_STAGE);
}

/** A machine that was asked to leave stays after all: where the question is taken back, it joins again. */
export async function stay(mailbox: Mailbox, context: ResourceContext, box: string): Promise<void> {
  const { letters } = await mailbox.look(context, box);
  const farewell = [LETTER.left, LETTER.leave].filter((letter) => letters.includes(letter));
  if (farewell.length > 0) await mailbox.remove(context, box, farewell);
}
