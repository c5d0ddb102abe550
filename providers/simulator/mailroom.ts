import { z } from 'zod';
import type { Desk } from './desk.ts';
import { INSTANCES } from './ec2/instance.ts';
import { lettersBy, type MachineLetter, takesWelcomeAtMs } from './machine-life.ts';
import { defineKind, Tags } from './objects.ts';
import { remembered } from './remembered.ts';

/**
 * Where the machines' letters and the bucket meet. What machines leave in their boxes is not stored: it follows from their
 * lives. S3 shows it beside what is stored, and tells here what is stored and removed.
 */
export interface DerivedLetter {
  /** `mailbox/<box>/<letter>`. */
  readonly key: string;
  readonly body: string;
  /** When the machine put it there. */
  readonly atMs: number;
}

/** The machines' letters in a bucket under a prefix, by key; a letter written twice is there as written last. */
export function lettersOf(desk: Desk, bucket: string, prefix: string): readonly DerivedLetter[] {
  const letters = new Map<string, DerivedLetter>();
  for (const instance of desk.everywhere(INSTANCES)) {
    const boxPrefix = `${MAILBOX}${instance.box}/`;
    if (instance.stub?.bucket !== bucket || !(boxPrefix.startsWith(prefix) || prefix.startsWith(boxPrefix))) continue;
    const welcome = desk.truth(WELCOMES).get(instance.box);
    const delivered = welcome?.bucket === bucket ? welcome : undefined;
    for (const letter of lettersBy(instance, delivered, desk.nowMs)) {
      const addressed = inBox(letter, boxPrefix);
      if (addressed.key.startsWith(prefix)) letters.set(addressed.key, addressed);
    }
  }
  return [...letters.values()].toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

const inBox = remembered(({ name, body, atMs }: MachineLetter, boxPrefix: string): DerivedLetter => ({
  key: `${boxPrefix}${name}`,
  body,
  atMs,
}));

/** S3 has stored an object: it may be a machine's welcome. */
export function noticeStored(desk: Desk, object: { bucket: string; key: string; body: string }): void {
  const { bucket, key, body } = object;
  const box = boxOfWelcome(key);
  if (box === undefined || isTaken(desk, box)) return;
  desk.put(WELCOMES, box, { bucket, body, atMs: desk.nowMs, tags: {} });
}

/** S3 has removed an object: a welcome that the machine has not taken yet is gone. */
export function noticeRemoved(desk: Desk, { key }: { bucket: string; key: string }): void {
  const box = boxOfWelcome(key);
  if (box === undefined || isTaken(desk, box) || desk.truth(WELCOMES).get(box) === undefined) return;
  desk.remove(WELCOMES, box);
}

const MAILBOX = 'mailbox/';

const DeliveredWelcome = z.strictObject({ bucket: z.string(), body: z.string(), atMs: z.number(), tags: Tags });

/** By box. Outlives the stored object: a machine does not forget what it has read. */
export const WELCOMES = defineKind<Readonly<z.output<typeof DeliveredWelcome>>>({
  name: 'delivered-welcome',
  scope: 'account',
  schema: DeliveredWelcome,
  isAlive: () => false,
});

function boxOfWelcome(key: string): string | undefined {
  return /^mailbox\/([^/]+)\/welcome$/.exec(key)?.[1];
}

function isTaken(desk: Desk, box: string): boolean {
  const welcome = desk.truth(WELCOMES).get(box);
  const machine = desk.everywhere(INSTANCES).find((instance) => instance.box === box);
  if (welcome === undefined || machine === undefined) return false;
  return (takesWelcomeAtMs(machine, welcome.atMs) ?? Infinity) <= desk.nowMs;
}
