import type { Condition, ResourceContext } from '#engine/resource.ts';
import { READY } from '#engine/resource.ts';
import { LETTER } from '#host/protocol.ts';
import type { LocalPlaces } from '../local-places.ts';
import type { LocalWorld } from '../local-world.ts';
import { unlessAbsent } from '../acts.ts';
import type { Description } from './description.ts';
import { lifeOf } from './life.ts';

interface ConditionGround {
  readonly world: Pick<LocalWorld, 'clock' | 'disk' | 'files' | 'host' | 'programs'>;
  readonly places: LocalPlaces;
}

/**
 * | its process                                    | so the machine is                                     |
 * |------------------------------------------------|-------------------------------------------------------|
 * | runs, and it has said hello                    | ready                                                 |
 * | runs, and has said nothing for far too long    | broken: another one is tried, and its log is kept     |
 * | runs                                           | pending                                               |
 * | was ended by nobody of ours                    | broken                                                |
 * | has ended because it was stopped, or has shut down, or the workstation was restarted | ready: it is kept, and `start` brings it back |
 */
export async function conditionOf(
  session: ConditionGround,
  context: Pick<ResourceContext, 'cluster' | 'instanceId'>,
  description: Description,
): Promise<Condition> {
  const places = session.places.of(context.cluster).machine(context.instanceId);
  const life = await lifeOf(session, places, description);
  if (life.is === 'off') return READY;
  if (life.is === 'died')
    return { is: 'broken', reason: `Its process has ended. ${await lastLineOf(session, places.programLog)}` };
  const letters = (await unlessAbsent(() => session.world.files.list(places.mailbox))) ?? [];
  const has = (letter: string): boolean => letters.some(({ name }) => name === letter);
  if (has(LETTER.givenUp)) return { is: 'broken', reason: 'It was awaited in vain.' };
  if (has(LETTER.hello)) return READY;
  const lastLine = await lastLineOf(session, places.serialLog);
  const hanging = await hangingOf(session, context, description);
  if (hanging !== undefined) return { is: 'broken', reason: `${hanging} ${lastLine}` };
  return { is: 'pending', waitingFor: `it to say hello${lastLine === '' ? '' : `; ${lastLine}`}` };
}

/** A machine that still says something on its console is slow, and not yet given up: so many times as long. */
const SLOW = 4;

/** Undefined: it may still come. */
async function hangingOf(
  session: ConditionGround,
  context: Pick<ResourceContext, 'cluster' | 'instanceId'>,
  { started }: Description,
): Promise<string | undefined> {
  const { clock, files } = session.world;
  const { serialLog } = session.places.of(context.cluster).machine(context.instanceId);
  const { atMs = 0, patienceMs: patienceAloneMs = 0 } = started ?? {};
  const patienceMs = patienceAloneMs * (await crowdedness(session, context));
  const saidMs = (await unlessAbsent(() => files.modifiedMs(serialLog))) ?? 0;
  const nowMs = clock.wallMs();
  if (nowMs - Math.max(atMs, saidMs) > patienceMs)
    return `It has said neither hello nor anything on its console for ${seconds(patienceMs)}.`;
  return nowMs - atMs > SLOW * patienceMs ? `It has not said hello in ${seconds(SLOW * patienceMs)}.` : undefined;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

/** How many machines share one processor of the workstation, on which all of a cluster usually start at once; 1 or more. */
async function crowdedness(
  { world, places }: ConditionGround,
  { cluster }: Pick<ResourceContext, 'cluster'>,
): Promise<number> {
  const machines = (await unlessAbsent(() => world.files.list(places.of(cluster).machines))) ?? [];
  return Math.max(1, machines.length / world.host.cores);
}

const TAIL_BYTES = 2_000;
const LINE_MAX = 120;

/** What is seen on its console, or what its program said, last. */
async function lastLineOf({ world }: ConditionGround, path: string): Promise<string> {
  const text = new TextDecoder().decode(await world.disk.tail(path, TAIL_BYTES));
  const lines = text
    .split('\n')
    .map((line) => line.replaceAll(/\p{Cc}\[[0-9;?]*[A-Za-z]|[^\u0020-\u007E]/gu, '').trim());
  const last = lines.findLast((line) => line !== '');
  return last === undefined ? '' : `last line: ${last.slice(0, LINE_MAX)}`;
}
