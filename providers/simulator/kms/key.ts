import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';

const Key = z.strictObject({
  id: z.string(),
  arn: z.string(),
  description: z.string(),
  createdAtMs: z.number(),
  isEnabled: z.boolean(),
  /** Set: from then on there is no such key. */
  deletionAtMs: z.number().optional(),
  /** What it seals with, in hex. */
  material: z.string(),
  tags: Tags,
});
export type Key = Readonly<z.output<typeof Key>>;

/** By id. A key whose deletion is scheduled costs nothing and cannot be removed any sooner. */
export const KEYS = defineKind<Key>({
  name: 'key',
  scope: 'region',
  schema: Key,
  isAlive: ({ deletionAtMs }) => deletionAtMs === undefined,
});

/** As a reader sees it: a key made just now may not be found. */
export function keySeen(desk: Desk, reference: string): Key {
  return existing(desk, reference, desk.view(KEYS).get(idFrom(reference)));
}

/** For a change: it must be seen, and is changed as it is. */
export function keyToChange(desk: Desk, reference: string): Key {
  keySeen(desk, reference);
  return existing(desk, reference, desk.truth(KEYS).get(idFrom(reference)));
}

/** Changes what may not change any more once a deletion is scheduled. */
export function changeKey(desk: Desk, reference: string, change: (key: Key) => Partial<Key>): Key {
  const key = keyToChange(desk, reference);
  if (key.deletionAtMs !== undefined) throw pendingDeletion(key);
  const changed = { ...key, ...change(key) };
  desk.put(KEYS, key.id, changed);
  return changed;
}

/** A key that may seal and open. */
export function checkUsable(desk: Desk, reference: string): Key {
  const key = keySeen(desk, reference);
  if (key.deletionAtMs !== undefined) throw pendingDeletion(key);
  if (!key.isEnabled) throw fault('DisabledException', `${key.arn} is disabled.`);
  return key;
}

function pendingDeletion({ arn }: Key): AwsFault {
  return fault('KMSInvalidStateException', `${arn} is pending deletion.`);
}

function notFound(reference: string): AwsFault {
  return fault('NotFoundException', `Key '${reference}' does not exist`);
}

function existing({ nowMs }: Desk, reference: string, key: Key | undefined): Key {
  if (key === undefined || (key.deletionAtMs ?? Infinity) <= nowMs) throw notFound(reference);
  if (reference.startsWith('arn:') && reference !== key.arn) throw notFound(reference);
  return key;
}

/** A key is named by its id or by its whole name. */
function idFrom(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
