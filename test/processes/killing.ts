import type { Command } from './cloud-blueprint.ts';
import type { HeldCall, RequestEntry } from './cloud-server.ts';
import { IntentWitness } from './intent-witness.ts';
import { type Beginning, Laboratory } from './laboratory.ts';
import { type Outcome, openIntents, outcomeOf } from './outcome.ts';
import type { Interruption } from './worker-orders.ts';
import { countEvents, lastWord, type WorkerEnd } from './worker-process.ts';

export interface KillCase {
  readonly command: Command;
  readonly interruption: Interruption;
  /** Where the run that recovers is killed too. */
  readonly again?: Interruption | undefined;
  /** What is run at last. @default the same command */
  readonly finally?: Command | undefined;
}

/** What was found when a worker was dead. */
export interface Death {
  readonly interruption: Interruption;
  readonly openIntents: number;
  readonly callsInFlight: number;
  /** Requests that the cloud was given only after the death. */
  readonly late: readonly RequestEntry[];
}

export interface KillResult {
  readonly deaths: readonly Death[];
  readonly end: ReturnType<typeof lastWord>;
  readonly stderr: string;
  readonly hasWaited: boolean;
  /** Requests that had an effect before their intent was on the disk. */
  readonly withoutIntent: readonly string[];
  /** Instances of which more than one object was ever made, even if only for a moment. */
  readonly duplicates: readonly string[];
  readonly outcome: Outcome;
}

/** Kills a command where it is told to, as often as it is told to, and then lets it run. */
export async function runKillCase(beginning: Beginning | undefined, killCase: KillCase): Promise<KillResult> {
  await using laboratory = await Laboratory.open(beginning);
  const witness = new IntentWitness(laboratory.directory);
  laboratory.server.onMutation = (entry) => witness.check(entry);
  const { command, interruption, again } = killCase;
  const deaths: Death[] = [];
  let hasWaited = false;
  for (const next of [interruption, again]) {
    if (next === undefined) continue;
    const { death, end } = await kill(laboratory, command, next);
    deaths.push(...death);
    hasWaited ||= countEvents(end.lines, 'lease-waiting') > 0;
  }
  const end = await laboratory.run({ command: killCase.finally ?? command });
  hasWaited ||= countEvents(end.lines, 'lease-waiting') > 0;
  const outcome = outcomeOf(await laboratory.readState(), laboratory.server.account.contents);
  const duplicates = duplicatesIn(laboratory.server.log);
  const withoutIntent = witness.violations;
  return { deaths, end: lastWord(end), stderr: end.stderr, hasWaited, withoutIntent, duplicates, outcome };
}

function duplicatesIn(log: readonly RequestEntry[]): readonly string[] {
  const made = log.filter(({ request, hadEffect }) => request.verb === 'create' && hadEffect);
  const instances = made.map(({ instanceId }) => instanceId);
  return instances.filter((instanceId, place) => instances.indexOf(instanceId) !== place);
}

/** A worker that has done all before it comes to the chosen place dies of nothing. */
async function kill(
  laboratory: Laboratory,
  command: Command,
  interruption: Interruption,
): Promise<{ readonly death: readonly Death[]; readonly end: WorkerEnd }> {
  const { server } = laboratory;
  const worker = laboratory.start({ command, interruption });
  server.onHeld = () => worker.signal('SIGKILL');
  const end = await worker.ended;
  server.onHeld = undefined;
  if (end.signal !== 'SIGKILL') return { death: [], end };
  const callsInFlight = server.inFlight(worker.pid);
  const held = server.held.splice(0);
  for (const call of held) arriveLate(laboratory, call);
  const isLate = interruption.moment === 'in-call' && interruption.hold === 'before-effect';
  const late = isLate ? held.map(({ entry }) => entry) : [];
  const death = { interruption, openIntents: openIntents(await laboratory.readState()), callsInFlight, late };
  return { death: [death], end };
}

/** The network had the request; it reaches the cloud just when the next process has looked and seen nothing of it. */
function arriveLate({ server }: Laboratory, { entry, release }: HeldCall): void {
  const listenBefore = server.onRead;
  server.onRead = (read) => {
    listenBefore?.(read);
    if (read.instanceId === entry.instanceId) release();
  };
}
