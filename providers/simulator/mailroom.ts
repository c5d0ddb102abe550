import { z } from 'zod';
import { LETTER, renewalNumber, updateNumber } from '#host/protocol.ts';
import type { Desk } from './desk.ts';
import { type Instance, INSTANCES } from './ec2/instance.ts';
import { byText } from './first-at-least.ts';
import {
  type DeliveredWelcome,
  lastWordMs,
  lettersOfLife,
  type MachineLetter,
  takesWelcomeAtMs,
} from './machine-life.ts';
import { type Box, Mailboxes } from './mailboxes.ts';
import { defineKind, Tags } from './objects.ts';
import { remembered } from './remembered.ts';

/**
 * Where the machines' letters and the bucket meet. What machines leave in their boxes is not stored: it follows from their
 * lives. S3 shows it beside what is stored, and tells here what is stored and removed.
 */
export interface DerivedLetter {
  /** `mailbox/<ARN of the machine>/<letter>`. */
  readonly key: string;
  readonly body: string;
  /** When the machine put it there. */
  readonly atMs: number;
}

interface Asked {
  readonly bucket: string;
  readonly prefix: string;
  readonly after: string;
}

/** The machines' letters in a bucket whose keys have a prefix and sort after `after`, by key. */
export function* lettersOf(desk: Desk, { bucket, prefix, after }: Asked): Generator<DerivedLetter, undefined> {
  const welcomes = desk.truth(WELCOMES);
  for (const box of mailboxesAt(desk).under(bucket, prefix, after)) {
    const welcome = welcomes.get(box.name);
    const delivered = welcome?.bucket === bucket ? welcome : undefined;
    for (const letter of lettersIn(desk, box, delivered)) {
      if (letter.key > after && letter.key.startsWith(prefix)) yield letter;
    }
  }
}

/** A letter written twice is there as written last. */
function lettersIn(
  { nowMs, company }: Desk,
  { machine, prefix }: Box,
  welcome: DeliveredWelcome | undefined,
): readonly DerivedLetter[] {
  const lastMs = lastWordMs(machine, nowMs);
  const alone = lettersOfLife(machine, welcome);
  const letters = addressed(company?.(machine, alone) ?? alone, prefix).filter(({ atMs }) => atMs <= lastMs);
  if (letters.every(({ key }, index) => index === 0 || key > (letters[index - 1]?.key ?? ''))) return letters;
  return [...new Map(letters.map((letter) => [letter.key, letter])).values()].toSorted(byKey);
}

/** By key; what replaces another stands behind it. */
const addressed = remembered((letters: readonly MachineLetter[], prefix: string): readonly DerivedLetter[] =>
  letters.map(({ name, body, atMs }) => ({ key: `${prefix}${name}`, body, atMs })).toSorted(byKey),
);

function byKey(left: DerivedLetter, right: DerivedLetter): number {
  return byText(left.key, right.key);
}

function mailboxesAt(desk: Desk): Mailboxes {
  const [first = NOBODY, ...others] = desk.everywhere(INSTANCES);
  return Mailboxes.of(others.reduce((all, more) => joined(all, more), first));
}

const NOBODY: readonly Instance[] = [];

const joined = remembered((some: readonly Instance[], more: readonly Instance[]): readonly Instance[] => [
  ...some,
  ...more,
]);

/** S3 has stored an object: it may be a machine's welcome, its renewed certificates or an update, or ask it to leave. */
export function noticeStored(desk: Desk, object: { bucket: string; key: string; body: string }): void {
  const { bucket, key, body } = object;
  noticeLeave(desk, bucket, key);
  noticeNumbered(desk, bucket, key);
  const box = boxOfWelcome(key);
  if (box === undefined || isTaken(desk, box)) return;
  desk.put(WELCOMES, box, { bucket, body, atMs: desk.nowMs, tags: {} });
}

/** Only what has become a node has anything to leave. */
function noticeLeave(desk: Desk, bucket: string, key: string): void {
  const box = boxOf(LETTER.leave, key);
  const welcome = box === undefined ? undefined : desk.truth(WELCOMES).get(box);
  if (box === undefined || welcome?.bucket !== bucket || welcome.leaveAtMs !== undefined) return;
  desk.put(WELCOMES, box, { ...welcome, leaveAtMs: desk.nowMs });
}

/** A machine takes each letter once, whatever becomes of it in the bucket. */
function noticeNumbered(desk: Desk, bucket: string, key: string): void {
  const [box, letter = ''] = placeOf(key) ?? [];
  const welcome = box === undefined ? undefined : desk.truth(WELCOMES).get(box);
  if (box === undefined || welcome?.bucket !== bucket) return;
  for (const [sort, numberIn] of NUMBERED) {
    const number = numberIn(letter);
    const sent = welcome[sort] ?? [];
    if (number === undefined || sent.some((before) => before.number === number)) continue;
    desk.put(WELCOMES, box, { ...welcome, [sort]: [...sent, { number, atMs: desk.nowMs }] });
  }
}

const NUMBERED = [
  ['renewals', renewalNumber],
  ['updates', updateNumber],
] as const;

/** Where it is not asked any more it joins again, and can be asked once more. */
function noticeStay(desk: Desk, key: string): void {
  const box = boxOf(LETTER.leave, key);
  const welcome = box === undefined ? undefined : desk.truth(WELCOMES).get(box);
  if (box === undefined || welcome?.leaveAtMs === undefined) return;
  desk.put(WELCOMES, box, { ...welcome, leaveAtMs: undefined });
}

/** S3 has removed an object: a welcome that the machine has not taken yet is gone. */
export function noticeRemoved(desk: Desk, { key }: { bucket: string; key: string }): void {
  noticeStay(desk, key);
  const box = boxOfWelcome(key);
  if (box === undefined || isTaken(desk, box) || desk.truth(WELCOMES).get(box) === undefined) return;
  desk.remove(WELCOMES, box);
}

const Sent = z.strictObject({ number: z.int(), atMs: z.number() });

const KeptWelcome = z.strictObject({
  bucket: z.string(),
  body: z.string(),
  atMs: z.number(),
  leaveAtMs: z.number().optional(),
  renewals: z.array(Sent).optional(),
  updates: z.array(Sent).optional(),
  tags: Tags,
});

/** By box. Outlives the stored object: a machine does not forget what it has read. */
export const WELCOMES = defineKind<Readonly<z.output<typeof KeptWelcome>>>({
  name: 'delivered-welcome',
  scope: 'account',
  schema: KeptWelcome,
  isAlive: () => false,
});

function boxOfWelcome(key: string): string | undefined {
  return boxOf(LETTER.welcome, key);
}

function boxOf(letter: string, key: string): string | undefined {
  const [box, name] = placeOf(key) ?? [];
  return name === letter ? box : undefined;
}

/** Box and letter. */
function placeOf(key: string): readonly [string, string] | undefined {
  const [, box, letter] = /^mailbox\/[^/]+\/([^/]+)\/([^/]+)$/.exec(key) ?? [];
  return box === undefined || letter === undefined ? undefined : [box, letter];
}

function isTaken(desk: Desk, box: string): boolean {
  const welcome = desk.truth(WELCOMES).get(box);
  const machine = mailboxesAt(desk).ownerOf(box);
  if (welcome === undefined || machine === undefined) return false;
  return (takesWelcomeAtMs(machine, welcome.atMs) ?? Infinity) <= desk.nowMs;
}
