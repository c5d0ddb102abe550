import { CallError, isRejected } from '#engine/call.ts';
import { type Condition, READY, type ResourceContext } from '#engine/resource.ts';
import { readReport } from './failure-report.ts';
import { parseJson } from './hello.ts';
import type { BoxContents, Mailbox } from './mailbox.ts';
import { type Asset, PROTOCOL_FORMAT, Update, updateAnswers, updateLetter, updateNumber } from './protocol.ts';

/** What a machine runs, as far as it has said so. */
export interface Running {
  /** The last update that it has confirmed. */
  readonly updates: number;
  /** A digest by the name of the asset. */
  readonly runs: Readonly<Record<string, string>>;
}

interface Sight {
  readonly box: string;
  readonly contents: BoxContents;
  /** How many updates it is to have been sent. */
  readonly declared: number;
  readonly last: Running | undefined;
}

/**
 * | of the last letter                     | the node is                                        |
 * |----------------------------------------|----------------------------------------------------|
 * | there is a later one to be sent        | ready: it goes on with that                        |
 * | its machine has confirmed it           | ready                                              |
 * | its machine is halted in it            | failed, with the stage and the log's last lines    |
 * | its machine has not answered           | pending                                            |
 * | its machine is gone                    | ready: another one takes its place                 |
 */
export async function updatesAt(
  mailbox: Mailbox,
  context: ResourceContext,
  { box, contents, declared, last = { updates: 0, runs: {} } }: Sight,
): Promise<{ readonly running: Running; readonly condition: Condition }> {
  const { letters, machine } = contents;
  const numbers = letters.flatMap((letter) => updateNumber(letter) ?? []);
  const sent = Math.max(0, ...numbers);
  const confirmed = Math.max(0, ...numbers.filter((number) => letters.includes(updateAnswers(number).updated)));
  const { updates, runs } = last;
  const running =
    confirmed > updates
      ? { updates: confirmed, runs: await runsBy(mailbox, context, { box, number: confirmed }) }
      : { updates, runs };
  const isAnswered = sent === 0 || sent === confirmed;
  if (isAnswered || sent < declared || machine === 'gone') return { running, condition: READY };
  const { halted } = updateAnswers(sent);
  if (!letters.includes(halted)) return { running, condition: { is: 'pending', waitingFor: `update ${sent}` } };
  const report = await readReport(mailbox, context, { box, letter: halted });
  const reason = `Update ${sent} has not come to its end. ${report}`;
  return { running, condition: { is: 'failed', reason, remedy: HALTED_REMEDY } };
}

/** Another machine in its place would be halted as well. */
const HALTED_REMEDY =
  'The machine goes on by itself where it can. When the cause is gone, or with a lock that has other versions, go on:\n  bootstrap upgrade NAME';

interface Numbered {
  readonly box: string;
  readonly number: number;
}

async function runsBy(mailbox: Mailbox, context: ResourceContext, { box, number }: Numbered): Promise<Running['runs']> {
  const body = await mailbox.read(context, box, updateLetter(number));
  const update = Update.safeParse(body === undefined ? undefined : parseJson(body));
  return update.success ? assetDigests(update.data.assets) : {};
}

interface Sending extends Numbered {
  readonly assets: readonly Asset[];
  /** The last update that its machine has confirmed. */
  readonly after: number;
  /** What is in the box. */
  readonly letters: readonly string[];
}

/**
 * A machine takes them in the order of their numbers. Where one was decided on by somebody who died before it was sent, what is
 * meant now goes in its place too: else the machine would await that one for ever.
 */
export async function sendUpdate(
  mailbox: Mailbox,
  context: ResourceContext,
  { box, number, assets, after, letters }: Sending,
): Promise<Running> {
  for (let due = after + 1; due <= number; due += 1) {
    if (!letters.includes(updateLetter(due)))
      await sendOne(mailbox, context, { format: PROTOCOL_FORMAT, box, number: due, assets });
  }
  return { updates: number, runs: assetDigests(assets) };
}

/** A letter is never changed: one of that number that is there already says it, or the next look tells what it says. */
async function sendOne(mailbox: Mailbox, context: ResourceContext, update: Update): Promise<void> {
  const { box, number } = update;
  try {
    await mailbox.write(context, box, { name: updateLetter(number), body: JSON.stringify(update) });
  } catch (error) {
    if (!isRejected(error, 'exists')) throw error;
    throw new CallError({ outcome: 'ambiguous', message: 'There is an update of that number already.', cause: error });
  }
}

export function assetDigests(assets: readonly Asset[]): Readonly<Record<string, string>> {
  return Object.fromEntries(assets.map(({ name, sha256 }) => [name, sha256] as const));
}
