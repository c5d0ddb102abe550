import { problem } from '#engine/problem.ts';
import { mapLimit } from '#std/map-limit.ts';
import { nonce } from '#std/random.ts';
import { askSettled, createSettled, swapSettled, type SwapResult } from './conditional-write.ts';
import { openDataKey, wrapDataKey } from './data-key-wrap.ts';
import { type Departure, type HeadDocument, parseHead, type StoredHead } from './head.ts';
import { readHead } from './head-keeper.ts';
import { checkLineage } from './open-tenure.ts';
import { HEAD_KEY, isRegisterKey, JOURNAL_PREFIX, LEASE_KEY, PROBE_PREFIX } from './object-keys.ts';
import { patienceFromNow, type StatePorts } from './state-ports.ts';
import { corrupt } from './store-problem.ts';

const COPIES_AT_ONCE = 16;
const ARRIVALS_MAX = 16;

/**
 * Brings a state whose head says that it has departed to where it goes on.
 *
 * | head at the source       | head at the destination   | what counts           | what is done            |
 * |--------------------------|---------------------------|-----------------------|-------------------------|
 * | departed                 | none, or of fewer moves   | neither may act       | copy, then write a head |
 * | departed                 | of more moves             | the destination       | `arrived` at the source |
 * | departed and arrived     | of more moves             | the destination       | nothing                 |
 *
 * Its journal is final, so whoever repeats this copies the same; one write, that of the destination's head, decides.
 * It needs no lease, and two may do it at once.
 */
export async function finishMove(from: StatePorts, to: StatePorts): Promise<void> {
  const source = await readHead(from);
  const departure = source?.document.departure;
  if (source === undefined || departure === undefined || departure.arrived) return;
  for (let round = 0; round < ARRIVALS_MAX; round += 1) {
    if (await arrive(from, to, source.document)) {
      await conclude(from, source, departure);
      return;
    }
  }
  throw problem('state.fenced', { detail: `Others keep writing ${HEAD_KEY} in ${to.objects.location}.` });
}

/** False when somebody else has written the head meanwhile: look again. */
async function arrive(from: StatePorts, to: StatePorts, leaving: HeadDocument): Promise<boolean> {
  const present = await readHeadOfCopy(to, leaving);
  if (present !== undefined && present.document.moves > leaving.moves) return true;
  const listed = await askSettled(from, () => from.objects.listObjects(''), patienceFromNow(from));
  // What a probe that was cut off has left is no part of the state.
  const keys = listed.filter((key) => !key.startsWith(PROBE_PREFIX));
  const copied = keys.filter((key) => key !== HEAD_KEY && key !== LEASE_KEY);
  await mapLimit(copied, COPIES_AT_ONCE, (key) =>
    isRegisterKey(key) ? copyRegister(from, to, { key, leaving }) : copyObject(from, to, key),
  );
  const { departure: _gone, ...staying } = leaving;
  const bytes = await openDataKey(from.seal, leaving.lineage, leaving.dataKey);
  const document: HeadDocument = {
    ...staying,
    generation: Math.max(leaving.generation, present?.document.generation ?? 0),
    serial: Math.max(leaving.serial, present?.document.serial ?? 0) + 1,
    nonce: nonce(to.random),
    dataKey: await wrapDataKey(to.seal, leaving.lineage, { bytes, random: to.random }),
    moves: leaving.moves + 1,
  };
  return (await swapHead(to, document, present?.tag)).written;
}

/** Whoever finds it changed may leave it: the state has arrived, and only that is said here. */
async function conclude(from: StatePorts, { tag, document }: StoredHead, departure: Departure): Promise<void> {
  const concluded = {
    ...document,
    serial: document.serial + 1,
    nonce: nonce(from.random),
    departure: { ...departure, arrived: true },
  };
  await swapHead(from, concluded, tag);
}

/** An interrupted copy is a journal without a head: at a destination that is no damage. */
async function readHeadOfCopy(to: StatePorts, { lineage }: HeadDocument): Promise<StoredHead | undefined> {
  const stored = await askSettled(to, () => to.objects.readRegister(HEAD_KEY), patienceFromNow(to));
  const head = stored && parseHead(stored, to.migrations);
  if (head !== undefined) checkLineage(head.document.lineage, lineage);
  return head;
}

async function copyObject(from: StatePorts, to: StatePorts, key: string): Promise<void> {
  const body = await askSettled(from, () => from.objects.readObject(key), patienceFromNow(from));
  const isJournal = key.startsWith(JOURNAL_PREFIX);
  if (body === undefined) {
    // The removal of an old snapshot may take effect long after it was asked for.
    if (isJournal) throw corrupt(key, 'it is listed and not there');
    return;
  }
  const result = await createSettled(to, key, body, patienceFromNow(to));
  // Sealed anew, the same blueprint has another text: whichever is there is as good.
  if (!result.written && isJournal) throw corrupt(key, `${to.objects.location} has another one in its place`);
}

interface RegisterCopy {
  readonly key: string;
  readonly leaving: HeadDocument;
}

/** What is there is read before the head, so that nothing of a state that has arrived is ever overwritten. */
async function copyRegister(from: StatePorts, to: StatePorts, { key, leaving }: RegisterCopy): Promise<void> {
  const [original, present] = await Promise.all(
    [from, to].map((ports) => askSettled(ports, () => ports.objects.readRegister(key), patienceFromNow(ports))),
  );
  if (original === undefined || original.body === present?.body) return;
  const head = await readHeadOfCopy(to, leaving);
  if (head !== undefined && head.document.moves > leaving.moves) return;
  await swapSettled(to, { key, body: original.body, expected: present?.tag }, patienceFromNow(to));
}

function swapHead(ports: StatePorts, document: HeadDocument, expected: string | undefined): Promise<SwapResult> {
  return swapSettled(ports, { key: HEAD_KEY, body: JSON.stringify(document), expected }, patienceFromNow(ports));
}
