import { CallError, isRejected } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { sha256Hex } from '#std/hash.ts';
import { parseJson } from './hello.ts';
import type { Mailbox } from './mailbox.ts';
import {
  type HeldCertificates,
  PROTOCOL_FORMAT,
  Renewal,
  renewalAnswers,
  renewalLetter,
  renewalNumber,
  type Welcome,
} from './protocol.ts';

type Certificates = Welcome['certificates'];

/** What a machine was given last to show and whom to believe, as far as it takes to see that this changes. */
export interface Delivered {
  /** How many letters it was sent since its welcome. */
  readonly renewals: number;
  /** A digest by purpose. */
  readonly delivered: Readonly<Record<string, string>>;
}

interface Known {
  readonly box: string;
  readonly letters: readonly string[];
  readonly last: Delivered | undefined;
}

/**
 * A letter is never changed: of one that the state knows nothing is asked again. One that was refused has brought nothing, so
 * that another follows. Undefined: only the welcome could tell.
 */
export async function deliveredTo(
  mailbox: Mailbox,
  context: ResourceContext,
  { box, letters, last }: Known,
): Promise<Delivered | undefined> {
  const renewals = lastOf(letters);
  if (answerTo(letters, renewals) === 'refused') return { renewals, delivered: {} };
  if (last?.renewals === renewals) return { renewals, delivered: last.delivered };
  if (renewals === 0) return undefined;
  const body = await mailbox.read(context, box, renewalLetter(renewals));
  const renewal = Renewal.safeParse(body === undefined ? undefined : parseJson(body));
  return { renewals, delivered: renewal.success ? digestsOf(renewal.data.certificates) : {} };
}

type Answer = 'taken' | 'refused' | undefined;

/** What a machine has made of a letter, or of a later one: each says all that the ones before it did, or what came after. */
export function answerSince(
  letters: readonly string[],
  number: number,
): { readonly number: number; readonly answer: Answer } {
  const last = Math.max(number, lastOf(letters));
  for (let taken = last; taken >= number; taken -= 1) {
    if (answerTo(letters, taken) === 'taken') return { number: taken, answer: 'taken' };
  }
  return { number: last, answer: answerTo(letters, last) };
}

function lastOf(letters: readonly string[]): number {
  return Math.max(0, ...letters.map((letter) => renewalNumber(letter) ?? 0));
}

/** Undefined: there is none yet. Who has taken a letter may refuse it later as an old one; that takes nothing back. */
function answerTo(letters: readonly string[], number: number): Answer {
  const { renewed, refused } = renewalAnswers(number);
  if (letters.includes(renewed)) return 'taken';
  return letters.includes(refused) ? 'refused' : undefined;
}

interface Renewing {
  readonly box: string;
  readonly observed: Delivered;
  readonly certificates: Certificates;
}

/** Sends a machine what it has not got. It asks for one number after the other, so none is passed over. */
export async function renew(
  mailbox: Mailbox,
  context: ResourceContext,
  { box, observed, certificates }: Renewing,
): Promise<Delivered> {
  const delivered = digestsOf(certificates);
  const isNews = Object.entries(delivered).some(([purpose, digest]) => observed.delivered[purpose] !== digest);
  if (!isNews) return { renewals: observed.renewals, delivered: observed.delivered };
  const number = observed.renewals + 1;
  const renewal: Renewal = { format: PROTOCOL_FORMAT, box, number, certificates };
  try {
    await mailbox.write(context, box, { name: renewalLetter(number), body: JSON.stringify(renewal) });
  } catch (error) {
    throw isRejected(error, 'exists') ? overtaken(error) : error;
  }
  return { renewals: number, delivered };
}

/** By an earlier request, whose answer was lost: what is in that letter the next look tells. */
function overtaken(cause: unknown): CallError {
  return new CallError({ outcome: 'ambiguous', message: 'There is a letter of that number already.', cause });
}

/** As machines read it: only what they have asked for. */
export function asTold(held: HeldCertificates): Certificates {
  const pairs = Object.entries(held).flatMap(([purpose, { certificate, believes }]) =>
    certificate === '' ? [] : [[purpose, { certificate, authority: believes.join('') }] as const],
  );
  return Object.fromEntries(pairs);
}

export function digestsOf(certificates: Certificates): Readonly<Record<string, string>> {
  const pairs = Object.entries(certificates).map(
    ([purpose, { certificate, authority }]) => [purpose, sha256Hex(`${certificate}\n${authority}`)] as const,
  );
  return Object.fromEntries(pairs);
}
