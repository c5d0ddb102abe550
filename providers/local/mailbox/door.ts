import { sharedBeside } from '../local-places.ts';
import { type Answer, answerTo, say } from './door-answer.ts';
import { giveAsset } from './door-assets.ts';
import { giveLetter, takeLetter } from './door-letters.ts';
import { Patience, PatientConnection } from './door-patience.ts';
import { givePeers } from './door-peers.ts';
import { takeSnapshot } from './door-snapshots.ts';
import type { DoorWorld, Visit } from './door-visit.ts';
import { isForMachine, isFromMachine } from './letter-names.ts';
import { type Connection, Refusal, RequestReader } from './read-request.ts';

interface Route {
  readonly method: 'GET' | 'PUT';
  /** Undefined: nobody waits for an answer. */
  answer(visit: Visit): Promise<Answer | undefined>;
}

const LETTER_PATH = /^\/letters\/([a-z0-9-]{1,60})$/;
const ASSET_PATH = /^\/assets\/([0-9a-f]{64})$/;
const SNAPSHOT_PATH = /^\/snapshots\/(etcd-[1-9]\d{0,18})$/;

/**
 * Serves one request of a machine, which is told by its own box:
 *
 * | request                      | answer                                                                  |
 * |------------------------------|-------------------------------------------------------------------------|
 * | GET /                        | 204                                                                     |
 * | PUT /letters/NAME            | 201; 409 when there is such a letter; 403 to an answer without question |
 * | GET /letters/welcome, /leave | 200 with it; 404 when there is none yet                                 |
 * | GET /letters/renewal-NN, /update-NN | 200 with it; 404 when there is none yet                          |
 * | GET /peers                   | 200 with the list and its ETag; 304 when that is known                  |
 * | GET /assets/SHA256           | 200 with it; 206 from a byte on; 404                                    |
 * | PUT /snapshots/etcd-REVISION | 201; 409 when there is one; 403 to whoever is no member of etcd         |
 *
 * A machine writes only what is its own to say, and reads only what is for it.
 */
export async function serveDoor(world: DoorWorld, box: string, connection: Connection): Promise<void> {
  const patience = new Patience(world.clock);
  const patient = new PatientConnection(connection, patience);
  const answer = await Promise.race([answerOne({ world, box, patience }, patient), patience.over]);
  if (patience.isOver) await Promise.race([say(connection, { status: 408 }), patience.over]);
  else if (answer !== undefined) await Promise.race([say(patient, answer), patience.over]);
}

async function answerOne(visitor: Pick<Visit, 'world' | 'box' | 'patience'>, connection: Connection) {
  const reader = new RequestReader(connection);
  const head = await reader.head();
  if (head === undefined || head instanceof Refusal) return head;
  const route = routeFor(head.target);
  if (route === undefined) return { status: 404 };
  if (head.method !== route.method) return { status: 405, headers: { Allow: route.method } };
  const visit = { ...visitor, shared: sharedBeside(visitor.box), head, reader };
  return route.answer(visit).catch(answerTo);
}

function routeFor(target: string): Route | undefined {
  if (target === '/') return { method: 'GET', answer: async () => ({ status: 204 }) };
  if (target === '/peers') return { method: 'GET', answer: givePeers };
  const asset = ASSET_PATH.exec(target)?.[1];
  if (asset !== undefined) return { method: 'GET', answer: (visit) => giveAsset(visit, asset) };
  const snapshot = SNAPSHOT_PATH.exec(target)?.[1];
  if (snapshot !== undefined) return { method: 'PUT', answer: (visit) => takeSnapshot(visit, snapshot) };
  const letter = LETTER_PATH.exec(target)?.[1] ?? '';
  if (isForMachine(letter)) return { method: 'GET', answer: (visit) => giveLetter(visit, letter) };
  return isFromMachine(letter) ? { method: 'PUT', answer: (visit) => takeLetter(visit, letter) } : undefined;
}
