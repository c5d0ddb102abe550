import { z } from 'zod';
import type { Desk } from '../desk.ts';
import { byText } from '../first-at-least.ts';
import { noticeRemoved, noticeStored } from '../mailroom.ts';
import { defineKind, Tags } from '../objects.ts';
import type { Bucket } from './bucket.ts';
import { Content, textOf } from './content.ts';
import { forgetLetter, letterAt, lettersIn } from './letters.ts';

const Version = z.strictObject({
  key: z.string(),
  /** Counts the versions of a key. */
  ordinal: z.int().nonnegative(),
  /** `null` in a bucket that does not keep versions. */
  versionId: z.string(),
  atMs: z.number(),
  /** Absent: it marks a deletion. */
  content: Content.optional(),
  tags: Tags,
});
export type Version = Readonly<z.output<typeof Version>>;

/** A version with content. */
export interface StoredObject extends Version {
  readonly content: NonNullable<Version['content']>;
}

/** By bucket, key and ordinal, so that those of a key stand together, the newest last. */
export const VERSIONS = defineKind<Version>({ name: 'object-version', scope: 'account', schema: Version });

const Current = z.strictObject({ key: z.string(), ordinal: z.int().nonnegative(), tags: Tags });

/** By bucket and key: which version is the object; none when it is deleted. A listing reads these and no older versions. */
export const CURRENTS = defineKind<Readonly<z.output<typeof Current>>>({
  name: 'current-version',
  scope: 'account',
  schema: Current,
  isAlive: () => false,
});

/** The object under a key. */
export function objectAt(desk: Desk, bucket: Bucket, key: string): StoredObject | undefined {
  return letterAt(desk, bucket, key) ?? storedAt(desk, bucket, key);
}

function storedAt(desk: Desk, bucket: Bucket, key: string): StoredObject | undefined {
  const current = desk.truth(CURRENTS).get(`${bucket.name}/${key}`);
  const version = current && desk.truth(VERSIONS).get(versionRow(bucket, key, current.ordinal));
  return version !== undefined && isStored(version) ? version : undefined;
}

interface Asked {
  readonly prefix: string;
  readonly after: string;
}

/** The objects with a prefix whose keys sort after `after`, by key; no more work than those who are taken. */
export function* objectsIn(desk: Desk, bucket: Bucket, { prefix, after }: Asked): Generator<StoredObject, undefined> {
  const letters = lettersIn(desk, bucket, { prefix, after });
  let letter = letters.next().value;
  for (const [, { key }] of desk.truth(CURRENTS).startingWith(`${bucket.name}/${prefix}`, `${bucket.name}/${after}`)) {
    for (; letter !== undefined && letter.key < key; letter = letters.next().value) yield letter;
    const object = letter?.key === key ? undefined : storedAt(desk, bucket, key);
    if (object !== undefined) yield object;
  }
  for (; letter !== undefined; letter = letters.next().value) yield letter;
}

/** Every version of every key with a prefix: by key, the newest first. */
export function versionsIn(desk: Desk, bucket: Bucket, prefix: string): readonly Version[] {
  const stored = desk.truth(VERSIONS).startingWith(`${bucket.name}/${prefix}`);
  const versions = [...stored.map(([, version]) => version), ...lettersIn(desk, bucket, { prefix })];
  return versions.toSorted((left, right) => byKey(left, right) || right.ordinal - left.ordinal);
}

export function isBucketEmpty(desk: Desk, bucket: Bucket): boolean {
  const stored = desk.truth(VERSIONS).startingWith(`${bucket.name}/`);
  return stored.next().done === true && lettersIn(desk, bucket, { prefix: '' }).next().done === true;
}

/** All versions of one key, the newest last. */
export function versionsOf(desk: Desk, bucket: Bucket, key: string): readonly Version[] {
  const stored = desk.truth(VERSIONS).startingWith(versionRow(bucket, key));
  const versions = stored.map(([, version]) => version).toArray();
  const letter = letterAt(desk, bucket, key);
  return letter === undefined ? versions : [...versions, { ...letter, ordinal: nextOrdinal(versions) }];
}

export function nextOrdinal(versions: readonly Version[]): number {
  return (versions.at(-1)?.ordinal ?? -1) + 1;
}

/** Makes `after` of what `versionsOf` has told. A machine's letter that it touches is stored from then on. */
export function storeVersions(desk: Desk, bucket: Bucket, key: string, after: readonly Version[]): void {
  const letter = letterAt(desk, bucket, key);
  if (letter !== undefined) forgetLetter(desk, bucket, letter);
  const before = new Map(desk.truth(VERSIONS).startingWith(versionRow(bucket, key)));
  for (const version of after) {
    const row = versionRow(bucket, key, version.ordinal);
    if (before.get(row) !== version) desk.put(VERSIONS, row, version);
    before.delete(row);
  }
  for (const row of before.keys()) desk.remove(VERSIONS, row);
  showCurrent(desk, bucket, key, after.at(-1));
}

function showCurrent(desk: Desk, bucket: Bucket, key: string, newest: Version | undefined): void {
  const row = `${bucket.name}/${key}`;
  const shown = desk.truth(CURRENTS).get(row);
  if (newest !== undefined && isStored(newest)) {
    if (storedAt(desk, bucket, key) === newest) return;
    desk.put(CURRENTS, row, { key, ordinal: newest.ordinal, tags: {} });
    noticeStored(desk, { bucket: bucket.name, key, body: textOf(newest.content) });
    return;
  }
  if (shown !== undefined) desk.remove(CURRENTS, row);
  noticeRemoved(desk, { bucket: bucket.name, key });
}

export function isStored(version: Version): version is StoredObject {
  return version.content !== undefined;
}

function versionRow({ name }: Bucket, key: string, ordinal?: number): string {
  const number = ordinal === undefined ? '' : String(ordinal).padStart(9, '0');
  return `${name}/${key}\u0000${number}`;
}

function byKey(left: Version, right: Version): number {
  return byText(left.key, right.key);
}
