import { join } from 'node:path';
import { z } from 'zod';
import { LETTER } from '#host/protocol.ts';
import { isSettled } from '#host/settled.ts';
import { type Files, unlessAbsent } from '#std/files.ts';
import { nonce } from '#std/random.ts';
import { clearLeftDrafts, DRAFT } from '../shelf/left-drafts.ts';
import type { Answer } from './door-answer.ts';
import type { Visit } from './door-visit.ts';
import { outdated } from './snapshot-keeping.ts';

const BYTES_MAX = 512 * 2 ** 20;
/** Left to the workstation for all else. */
const FREE_BYTES_MIN = 2 ** 30;

/** Takes in what etcd was at a revision, whole or not at all; what is there of a revision is not written over. */
export async function takeSnapshot(visit: Visit, name: string): Promise<Answer | undefined> {
  const { world, shared, head } = visit;
  const { files, disk } = world;
  if (head.length === undefined) return { status: 411 };
  if (head.length > BYTES_MAX) return { status: 413 };
  if (head.length === 0) return { status: 400 };
  if (!(await isEtcdMember(visit))) return { status: 403 };
  if ((await disk.size(join(shared.snapshots, name))) !== undefined) return { status: 409 };
  if ((await disk.free(shared.snapshots)) - head.length < FREE_BYTES_MIN) return { status: 507 };
  await files.makeDirectory(shared.snapshots);
  return store(visit, join(shared.snapshots, name), join(shared.snapshots, `${DRAFT}${nonce(world.random)}`));
}

/**
 * Others have no snapshots to bring: to them this would be a place to fill, and a past to make up. Its welcome tells, and when
 * that is gone the letter that it left behind: both are the program's.
 */
async function isEtcdMember({ world: { files }, box }: Visit): Promise<boolean> {
  const letters = (await files.list(box)).map(({ name }) => name);
  const telling = letters.filter((name) => name === LETTER.welcome || isSettled(name));
  const said = await Promise.all(telling.map((name) => unlessAbsent(() => files.read(join(box, name)))));
  return said.some((text) => text !== undefined && purposesIn(text).includes('etcd'));
}

/** What a machine holds certificates for: in its welcome with them, later by their names alone. */
function purposesIn(letter: string): readonly string[] {
  const { certificates = [] } = Telling.safeParse(JSON.parse(letter)).data ?? {};
  return Array.isArray(certificates) ? certificates : Object.keys(certificates);
}

const Telling = z.looseObject({
  certificates: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]),
});

async function store({ world, shared, head, reader, patience }: Visit, place: string, draft: string) {
  const { files, disk } = world;
  const { snapshots } = shared;
  try {
    const bytes = await disk.append(
      draft,
      counted(reader.pieces(head), (count) => patience.moved(count)),
    );
    await clearLeftDrafts(files, draft);
    if (bytes !== head.length) return undefined;
    await files.link(draft, place);
    await files.syncDirectory(snapshots);
  } finally {
    await files.remove(draft).catch(() => undefined);
  }
  await thinOut(files, snapshots);
  return { status: 201 };
}

async function* counted(pieces: AsyncIterable<Uint8Array>, count: (bytes: number) => void) {
  for await (const piece of pieces) {
    count(piece.length);
    yield piece;
  }
}

/** Another door may do the same at this moment. */
async function thinOut(files: Files, directory: string): Promise<void> {
  const entries = await files.list(directory);
  const names = entries.filter(({ name, isDirectory }) => !isDirectory && !name.startsWith(DRAFT));
  const snapshots = await Promise.all(
    names.map(async ({ name }) => {
      const atMs = await unlessAbsent(() => files.modifiedMs(join(directory, name)));
      return atMs === undefined ? [] : [{ name, atMs }];
    }),
  );
  for (const name of outdated(snapshots.flat())) await files.remove(join(directory, name));
}
