import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { mapLimit } from '#std/map-limit.ts';
import { writeOnce } from './hello.ts';
import type { Mailbox } from './mailbox.ts';
import type { PeerBoard } from './peer-board.ts';
import { isReported, LETTER } from './protocol.ts';
import { settledAs } from './settled.ts';

/** Whoever has passed the first may vote from then on, and whoever has passed the second does; neither need become a node. */
const SEATED_STAGE = 'seat';
const VOTING_STAGE = 'etcd';
const STAGE_OF_ALL = 'overlay';
const LOOKS_AT_ONCE = 16;

/** Where it is found whether a quorum has anything to lose. */
export interface LeaveSession {
  readonly mailbox: Mailbox;
  readonly peers: Pick<PeerBoard, 'all' | 'hasRetired'>;
}

/**
 * Asks a machine to leave what it is a member of, and refuses to go on as long as it has not. One that has no seat yet has
 * nothing to leave, and one that is gone cannot: its successor, or the others, take it out. As long as there is nothing to
 * lose one that may hang for good is asked, for it may only be slow, and not awaited.
 */
export async function leave(
  { mailbox, peers }: LeaveSession,
  context: ResourceContext,
  box: string,
): Promise<{ readonly wasReady: boolean }> {
  const { letters, machine } = await mailbox.look(context, box);
  const isAsked = letters.includes(LETTER.leave);
  const hasLeft = isAsked && letters.includes(LETTER.left);
  // Once its letters are gone nobody can tell any more.
  const wasReady = isReadyMember(letters) || !letters.includes(LETTER.hello);
  if (machine === 'gone' || !mayVote(letters) || hasLeft) return { wasReady };
  // As long as nobody has been ready whoever comes founds anew, and those that are there may be no majority for good.
  const hasNothingToLose = !isReadyMember(letters) && !(await hasReadyMember({ mailbox, peers }, context));
  if (!isAsked) await ask(mailbox, context, { box, letters, hasNothingToLose });
  if (hasNothingToLose && isLost(letters)) return { wasReady };
  throw new CallError({
    outcome: 'rejected',
    reason: 'dependency',
    message: 'its machine to leave the quorum, which it does when the others can do without it',
  });
}

/** Or had one: whoever has taken over from it may hold all that is left. */
async function hasReadyMember({ mailbox, peers }: LeaveSession, context: ResourceContext): Promise<boolean> {
  if (await peers.hasRetired(context)) return true;
  const boxes = (await peers.all(context)).map(({ box }) => box);
  const found = await mapLimit(boxes, LOOKS_AT_ONCE, async (box) => mailbox.look(context, box));
  return found.some(({ letters }) => isReadyMember(letters));
}

/** A node that is ready and went through the stages of others is no member. */
export function isReadyMember(letters: readonly string[]): boolean {
  if (letters.includes(LETTER.wasReady)) return true;
  const isOther = isReported(letters, STAGE_OF_ALL) && !isReported(letters, VOTING_STAGE);
  return settledAs({ letters }) !== undefined && !isOther;
}

interface Asked {
  readonly box: string;
  readonly letters: readonly string[];
  readonly hasNothingToLose: boolean;
}

async function ask(
  mailbox: Mailbox,
  context: ResourceContext,
  { box, letters, hasNothingToLose }: Asked,
): Promise<void> {
  // It answered when it was not asked any more, and may have joined again since.
  if (letters.includes(LETTER.left)) await mailbox.remove(context, box, [LETTER.left]);
  await writeOnce(mailbox, context, box, { name: LETTER.leave, ...(hasNothingToLose ? { nothingToLose: true } : {}) });
}

/** Whether its machine may be a member of what does not stand that members are just taken away. */
function mayVote(letters: readonly string[]): boolean {
  const isSeated = isReported(letters, SEATED_STAGE) || isReported(letters, VOTING_STAGE);
  return isSeated || settledAs({ letters }) !== undefined;
}

const FAREWELL: ReadonlySet<string> = new Set([LETTER.leave, LETTER.left, LETTER.wasReady]);

/** It was awaited in vain before it voted, and may hang for good. */
function isLost(letters: readonly string[]): boolean {
  return letters.includes(LETTER.givenUp) && isReported(letters, SEATED_STAGE) && !isReported(letters, VOTING_STAGE);
}

/** What tells whether the machine is a member, and is not its node's to take away. */
export function lettersOfMembership(letters: readonly string[]): readonly string[] {
  const telling = isLost(letters) ? new Set([...FAREWELL, LETTER.givenUp]) : FAREWELL;
  return letters.filter((letter) => {
    return telling.has(letter) || isReported([letter], SEATED_STAGE) || isReported([letter], VOTING_STAGE);
  });
}

/** A machine that was asked to leave stays after all: where the question is taken back, it joins again. */
export async function stay(mailbox: Mailbox, context: ResourceContext, box: string): Promise<void> {
  const { letters } = await mailbox.look(context, box);
  const farewell = [LETTER.left, LETTER.leave].filter((letter) => letters.includes(letter));
  if (farewell.length > 0) await mailbox.remove(context, box, farewell);
}
