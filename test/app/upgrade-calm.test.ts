import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { awaitOthers } from '#app/upgrade-calm.ts';
import { DEADLINES } from '#app/deadlines.ts';
import { deriveInstanceId, parseAddress, parseClusterUid } from '#engine/address.ts';
import { RateBudgets } from '#engine/budget.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import type { EngineEvent } from '#engine/event.ts';
import { isProblem, type Problem } from '#engine/problem.ts';
import { defineResource, type Observation, READY } from '#engine/resource.ts';
import { kubeNode } from '#kubernetes/node.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const UID = parseClusterUid('clusterclustercluster');
const NOT_READY = { is: 'pending', waitingFor: 'its kubelet to be ready (told)' } as const;
const STEP = { nodes: [{ name: 'worker-1', assets: [], updates: 1, hasBreak: true, changes: [] }] };
const FOREVER = new AbortController().signal;

let clock: VirtualClock;
/** What Kubernetes says of each; of all others, that they are ready. */
let said: Map<string, (nowMs: number) => Observation>;
let events: EngineEvent[];

beforeEach(() => {
  clock = new VirtualClock();
  said = new Map();
  events = [];
});

function present(condition: Extract<Observation, { state: 'present' }>['condition']): Observation {
  return { state: 'present', outputs: {}, owner: undefined, condition };
}

const type = defineResource<unknown>()({
  kind: kubeNode.kind,
  inputs: z.strictObject({ name: z.string() }),
  outputs: z.strictObject({}),
  identity: 'name',
  replaceOn: [],
  replaceOrder: 'destroy-first',
  stableOutputs: [],
  idOf: () => 'one',
  observe: async (_session, _context, { inputs: { name } }) => {
    const seen = said.get(name)?.(clock.monotonicMs()) ?? present(READY);
    return seen.state === 'present' ? { ...seen, outputs: {} } : seen;
  },
  create: async () => ({}),
  sync: async (_session, _context, _inputs, observed) => observed,
  destroy: async () => undefined,
});

function stateOf(names: readonly string[]): ClusterState {
  const state = new ClusterState(UID);
  for (const [index, name] of names.entries()) {
    const address = parseAddress(`eu-west-3.kubernetes.${name}`);
    const [incarnation, instanceId] = [index + 1, deriveInstanceId(UID, address, index + 1)];
    const placed = { inputs: { name }, dependsOn: [], within: undefined, retain: false };
    const created = { address, kind: type.kind, instanceId, incarnation, variant: '', attempt: 1, ...placed };
    state.fold({ type: 'create', ...created });
    state.fold({ type: 'ready', instanceId, outputs: {}, atMs: 0 });
  }
  return state;
}

async function troubleOf(names: readonly string[]): Promise<Problem | undefined> {
  const provider = {
    session: undefined,
    types: new Map([[type.kind, type]]),
    consistency: { visibleWithinMs: 0, requestAgeMaxMs: 0, pollMs: 500 },
    deadlines: { callMs: 1_000, conditionMs: 1_000 },
    budgets: {},
  };
  const random = new SeededRandom(1);
  const runtime = {
    clock,
    random,
    provider,
    budgets: new RateBudgets({}, clock),
    emit: (event: EngineEvent) => events.push(event),
  };
  const waiting = awaitOthers({ runtime, snapshot: stateOf(names), step: STEP, signal: FOREVER });
  const error: unknown = await clock.run(waiting).catch((failure: unknown) => failure);
  expect(error === undefined || isProblem(error)).toBe(true);
  return isProblem(error) ? error : undefined;
}

test('where all others are ready a step begins at once, whatever is wrong with the node that it is about', async () => {
  said.set('worker-1', () => present(NOT_READY));
  expect(await troubleOf(['worker-1', 'worker-2'])).toBeUndefined();
  expect(clock.monotonicMs()).toBe(0);
});

test('another node that is not ready yet is waited for', async () => {
  const wellAtMs = DEADLINES.calmMs / 2;
  said.set('worker-2', (nowMs) => present(nowMs < wellAtMs ? NOT_READY : READY));
  expect(await troubleOf(['worker-1', 'worker-2'])).toBeUndefined();
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(wellAtMs);
  // Said once, however often it is looked.
  expect(events).toMatchObject([
    { type: 'waiting', address: 'eu-west-3.kubernetes.worker-2', waitingFor: NOT_READY.waitingFor },
  ]);
});

test('as long as others are not well no node is begun, and what is wrong with each is said', async () => {
  said.set('worker-2', () => present(NOT_READY));
  said.set('worker-3', () => ({ state: 'unreachable', reason: 'it does not answer' }));
  said.set('worker-4', () => ({ state: 'absent' }));
  const problem = await troubleOf(['worker-1', 'worker-2', 'worker-3', 'worker-4', 'worker-5']);
  expect([problem?.code, problem?.detail.split('\n')]).toEqual([
    'upgrade.not-now',
    [
      'worker-2: Waited in vain for its kubelet to be ready (told).',
      'worker-3: Waited in vain for the API (it does not answer).',
      'worker-4: Waited in vain for Kubernetes to know it.',
    ],
  ]);
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(DEADLINES.calmMs);
});
