import type { Address } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import type { ClusterState } from '#engine/cluster-state.ts';
import { apply } from './apply.ts';
import type { Interruption, RunOutcome } from './app.ts';
import type { ClusterText } from './cluster-text.ts';
import { create } from './create.ts';
import { DEADLINES } from './deadlines.ts';
import { deleteCluster } from './delete.ts';
import { openCluster } from './open-cluster.ts';
import { plan } from './plan.ts';
import { readCluster } from './read-cluster.ts';
import { status } from './status.ts';
import type { Workstation } from './workstation.ts';

/** A cluster on trial. */
export interface Trial {
  readonly workstation: Workstation;
  readonly first: ClusterText;
  /** With one worker more. */
  readonly grown: ClusterText;
  readonly interruption: Interruption;
}

/** One thing that has to go well; it ends with what was seen, or with a Problem. */
export interface TrialStep {
  readonly name: string;
  run(trial: Trial): Promise<string>;
}

const makeIt: TrialStep = {
  name: 'create',
  async run({ workstation, first, interruption }) {
    const outcome = await create(workstation, { file: fileOf(first), wait: false }, interruption);
    return `${succeeded(outcome).done} changes`;
  },
};

const growIt: TrialStep = {
  name: 'scale',
  async run({ workstation, grown, interruption }) {
    const outcome = await create(workstation, { file: fileOf(grown), wait: false }, interruption);
    return `one worker more: ${succeeded(outcome).done} changes`;
  },
};

const killMachine: TrialStep = {
  name: 'kill a machine',
  async run(trial) {
    const { workstation, first, interruption } = trial;
    const { cluster, snapshot } = await readCluster(workstation, { name: first.spec.name }, interruption.stop);
    const victim = await victimIn(snapshot, (kind, outputs) => cluster.runtime.provider.types.get(kind)?.idOf(outputs));
    await cluster.connection.endMachine(victim.id, interruption.stop);
    return `${victim.address}, which was ${victim.id}`;
  },
};

const repairIt: TrialStep = {
  name: 'repair',
  async run({ workstation, first, interruption }) {
    const target = { name: first.spec.name };
    await untilMissed(workstation, target.name, interruption.stop);
    const outcome = await apply(workstation, target, { wait: false }, interruption);
    return `${succeeded(outcome).done} changes`;
  },
};

/** All nodes are ready, nothing is left to do, and no node is there twice. */
function verify(name: string, textOf: (trial: Trial) => ClusterText): TrialStep {
  return {
    name,
    async run(trial) {
      const { workstation, interruption } = trial;
      const target = { name: textOf(trial).spec.name };
      const { nodes } = await status(workstation, target, interruption.stop);
      const ready = nodes.filter(({ state }) => state === 'ready').length;
      const wanted = Object.values(textOf(trial).spec.nodes).reduce((sum, group) => sum + (group?.count ?? 0), 0);
      const seen = `${ready} of ${wanted} nodes ready`;
      if (ready !== wanted || nodes.length !== wanted) throw failed(`${seen}; ${nodes.length} are known.`);
      const { isEmpty, changes } = await plan(workstation, target, { refresh: true }, interruption.stop);
      if (!isEmpty) throw failed(`There is still to do: ${changes.map(({ address }) => address).join(', ')}.`);
      return `${seen}, nothing left to do`;
    },
  };
}

/** In this order; each only if the one before went well. */
export const TRIAL_STEPS: readonly TrialStep[] = [
  makeIt,
  verify('verify', ({ first }) => first),
  growIt,
  verify('verify the larger one', ({ grown }) => grown),
  killMachine,
  repairIt,
  verify('verify the repaired one', ({ grown }) => grown),
];

const deleteIt: TrialStep = {
  name: 'delete',
  async run({ workstation, first, interruption }) {
    const request = { wait: true, confirm: () => Promise.resolve(true) };
    const outcome = await deleteCluster(workstation, { name: first.spec.name }, request, interruption);
    return `${succeeded(outcome).done} changes`;
  },
};

/** Asked anew, by the mark alone, as somebody would who knows nothing of the cluster. */
const proveZero: TrialStep = {
  name: 'proof of zero',
  async run({ workstation, first, interruption }) {
    const { ports, places, clusters } = workstation;
    const known = await clusters.get(first.spec.name);
    const { connection } = await openCluster(known, { ports, places, emit: () => undefined });
    const found = await connection.walk(known.uid, interruption.stop);
    const left = found.filter(({ goesLater }) => goesLater === undefined);
    if (left.length > 0) throw failed(`The account still has ${left.map(({ id }) => id).join(', ')}.`);
    const later = found.map(({ id, goesLater }) => `${id} ${goesLater}`).join(', ');
    return later === '' ? 'nothing is left' : `nothing is left; ${later}`;
  },
};

/** Whatever became of the trial. */
export const END_STEPS: readonly TrialStep[] = [deleteIt, proveZero];

function fileOf({ text, spec }: ClusterText) {
  return { path: `${spec.name}.yaml`, text };
}

function succeeded(outcome: RunOutcome): RunOutcome {
  const [first] = outcome.failed;
  if (outcome.ok) return outcome;
  throw first ?? failed('The run did not succeed.');
}

interface Victim {
  readonly address: Address;
  readonly id: string;
}

/** The newest worker's machine: what its loss takes along is made again, and nothing has a vote. */
async function victimIn(
  { records }: ClusterState,
  idOf: (kind: string, outputs: unknown) => string | undefined,
): Promise<Victim> {
  const workers = [...records.values()].filter(({ address }) => /\.machine\.worker-\d+$/.test(address));
  const last = workers.toSorted((left, right) => (left.address < right.address ? -1 : 1)).at(-1);
  const id = last?.status === 'ready' ? idOf(last.kind, last.outputs) : undefined;
  if (last !== undefined && id !== undefined) return { address: last.address, id };
  throw failed('There is no machine of a worker to be killed.');
}

/** A provider goes on showing what has ended for a while; before it does not, there is nothing to repair. */
async function untilMissed({ ports, ...rest }: Workstation, name: string, signal: AbortSignal): Promise<void> {
  const untilMs = ports.clock.monotonicMs() + DEADLINES.deathMs;
  for (;;) {
    const { isEmpty } = await plan({ ports, ...rest }, { name }, { refresh: true }, signal);
    if (!isEmpty) return;
    if (ports.clock.monotonicMs() >= untilMs) throw failed('Nobody has noticed that the machine is dead.');
    await ports.clock.sleep(DEADLINES.watchMs, signal);
  }
}

function failed(detail: string) {
  return problem('acceptance.failed', { detail });
}
