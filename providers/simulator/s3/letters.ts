import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';
import type { Desk } from '../desk.ts';
import { type DerivedLetter, lettersOf } from '../mailroom.ts';
import { defineKind, Tags } from '../objects.ts';
import { remembered } from '../remembered.ts';
import type { Bucket } from './bucket.ts';
import { packed } from './content.ts';
import type { StoredObject } from './versions.ts';

/** Newer than whatever is stored under the key. */
const LETTER_ORDINAL = 999_999_999;

const TouchedLetter = z.strictObject({ atMs: z.number(), tags: Tags });

/** By bucket and key: up to which moment a machine's letters have become ordinary objects, or were removed. */
export const TOUCHED_LETTERS = defineKind<Readonly<z.output<typeof TouchedLetter>>>({
  name: 'touched-letter',
  scope: 'account',
  schema: TouchedLetter,
  isAlive: () => false,
});

interface Asked {
  readonly prefix: string;
  /** @default from the first */
  readonly after?: string;
}

/** The machines' letters with a prefix, as objects, by key, until somebody touches them. */
export function* lettersIn(
  desk: Desk,
  bucket: Bucket,
  { prefix, after = '' }: Asked,
): Generator<StoredObject, undefined> {
  const touched = desk.truth(TOUCHED_LETTERS);
  for (const letter of lettersOf(desk, { bucket: bucket.name, prefix, after })) {
    const touchedAtMs = touched.get(`${bucket.name}/${letter.key}`)?.atMs ?? -Infinity;
    if (letter.atMs > touchedAtMs) yield asObject(letter, bucket);
  }
}

export function letterAt(desk: Desk, bucket: Bucket, key: string): StoredObject | undefined {
  return lettersIn(desk, bucket, { prefix: key }).find((letter) => letter.key === key);
}

export function forgetLetter(desk: Desk, bucket: Bucket, { key, atMs }: StoredObject): void {
  desk.put(TOUCHED_LETTERS, `${bucket.name}/${key}`, { atMs, tags: {} });
}

const asObject = remembered(({ key, body, atMs }: DerivedLetter, bucket: Bucket): StoredObject => {
  const { algorithm, kmsKeyId } = bucket.encryption;
  const versionId = bucket.versioning === 'Enabled' ? sha256Hex(`${key} ${atMs}`).slice(0, 32) : 'null';
  const content = packed(body, { type: 'application/json', kmsKeyId: algorithm === 'aws:kms' ? kmsKeyId : undefined });
  return { key, ordinal: LETTER_ORDINAL, versionId, atMs, content, tags: {} };
});
