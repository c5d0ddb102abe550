import { z } from 'zod';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { withClusterKinds } from '#cluster/cluster-kinds.ts';
import type { SecretSession } from '#cluster/generated-secret.ts';
import type { CertificateSession } from '#cluster/node-certificate.ts';
import type { ClusterSpec, NodeGroup } from '#config/cluster-file.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import type { ResourceType } from '#engine/resource.ts';
import type { Provider } from '#engine/runtime.ts';
import { awsModule } from '#providers/aws/aws-module.ts';
import { PUBLISHED_BUDGETS } from '#providers/aws/budgets.ts';
import { awsConstructs } from '#providers/aws/constructs.ts';
import { openSimulatedAccount } from '#providers/simulator/index.ts';
import { MILD_WEATHER } from '#providers/simulator/weather.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { World } from '../simulation/world.ts';
import { runOperation } from './bench-operation.ts';
import { BENCH_CLUSTER, benchStore } from './bench-state.ts';
import { BootTimes } from './boot-times.ts';
import { CallCounts } from './call-counts.ts';
import { longestChainMs, type TimedResource } from './critical-path.ts';
import type { Figure } from './figure.ts';
import { MeasuredStore } from './measured-store.ts';
import { RequestTimes } from './timed-kinds.ts';
import { virtualClock } from './virtual-clock.ts';
import { ACTED } from '../support/acted-machines.ts';

const REGION = 'eu-west-3';
const GOAL = 1.05;
/** A create is mostly the boot of its slowest machine, and each look at it comes up to a pause too late. */
const LIMIT = 1.1;
const STORE_MS = [20, 40] as const;
const LIMITS = { eventsMax: 50_000_000, untilMs: 1e9 };
const PLENTY = 1_000_000;
/** Nobody can use what is not visible yet: how long that takes is no part of a path that is made of requests. */
const LAG_NOTE = 'the path does not count the lag';

interface Size {
  readonly nodes: number;
  readonly groups: ClusterSpec['nodes'];
}

const SIZES: readonly Size[] = [
  { nodes: 3, groups: { converged: group(3) } },
  { nodes: 100, groups: { controlPlane: group(3), storage: group(4), worker: group(93) } },
  { nodes: 1_000, groups: { controlPlane: group(3), storage: group(4), worker: group(993) } },
];

/** Whole clusters on a simulated account with the token buckets that AWS publishes, in virtual time. */
export async function clusterFigures(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const size of SIZES) figures.push(...(await figuresOf(size)));
  return figures;
}

async function figuresOf({ nodes, groups }: Size): Promise<readonly Figure[]> {
  const bench = await ClusterBench.open(groups, 0);
  const create = await bench.operate();
  const criticalMs = await bench.criticalPathMs();
  const plan = await bench.operate();
  const behind = await ClusterBench.open(groups, MILD_WEATHER.lagMs);
  const late = await behind.operate();
  const lateRatio = late.virtualMs / (await behind.criticalPathMs());
  const title = `${nodes} nodes`;
  const took = `${seconds(create.virtualMs)} over ${seconds(criticalMs)}, ${bench.resources} resources`;
  const ratio = { value: create.virtualMs / criticalMs, unit: '×', goal: GOAL, limit: LIMIT } as const;
  return [
    { name: `create ÷ critical path, cluster of ${title}`, ...ratio, note: took },
    { name: '  the same, reads up to 3 s behind', value: lateRatio, unit: '×', note: LAG_NOTE },
    { name: '  API calls of the create', value: create.calls.total, unit: 'calls', note: create.calls.toString() },
    { name: '  API calls of an empty plan', value: plan.calls.total, unit: 'calls', note: plan.calls.toString() },
    { name: '  own time of the empty plan', value: plan.ownMs / 1_000, unit: 's', note: 'looks answered at once' },
  ];
}

interface Operated {
  readonly virtualMs: number;
  readonly ownMs: number;
  readonly calls: CallCounts;
}

interface BenchParts {
  readonly world: World;
  readonly provider: Provider;
  readonly blueprint: Blueprint;
  readonly times: RequestTimes;
  readonly boots: BootTimes;
  /** Counts the requests of the operation that runs. */
  readonly counter: { calls: CallCounts };
}

class ClusterBench {
  readonly #parts: BenchParts;
  readonly #objects: MeasuredStore;

  private constructor(parts: BenchParts) {
    this.#parts = parts;
    const { world } = parts;
    const clock = virtualClock(world);
    this.#objects = new MeasuredStore(new MemoryStore(), () => clock.sleep(world.random.between(...STORE_MS)));
  }

  static async open(groups: Size['groups'], lagMs: number): Promise<ClusterBench> {
    const world = new World({ seed: 1, startMs: 0 });
    const clock = virtualClock(world);
    const { random } = world;
    const boots = new BootTimes();
    const quotas = { ...MILD_WEATHER.quotas, vcpus: PLENTY };
    const weather = { ...MILD_WEATHER, quotas, lagMs };
    const account = await openSimulatedAccount({ clock, random, seed: 'bench', weather, witness: boots });
    const counter = { calls: new CallCounts() };
    const servicesOf = (region: string) => CallCounts.counting(account.services(region), () => counter.calls);
    const { provider } = awsModule({ name: 'simulator', ...ACTED, servicesOf }).connect({
      region: REGION,
      clock,
      random,
    });
    const times = new RequestTimes(() => world.nowMs);
    const blueprint = clusterBlueprint({
      spec: specOf(groups),
      uid: BENCH_CLUSTER,
      demand: {},
      constructs: awsConstructs,
    });
    return new ClusterBench({
      world,
      provider: timedProvider(provider, world, times),
      blueprint,
      times,
      boots,
      counter,
    });
  }

  get resources(): number {
    return this.#parts.blueprint.declarations.size;
  }

  async operate(): Promise<Operated> {
    const { world, provider, blueprint, counter } = this.#parts;
    counter.calls = new CallCounts();
    const startedMs = performance.now();
    const ports = { objects: this.#objects, clock: virtualClock(world), random: world.random };
    const { applyMs } = await world.finish(runOperation({ ports, provider, blueprint }), LIMITS);
    return { virtualMs: applyMs, ownMs: performance.now() - startedMs, calls: counter.calls };
  }

  /** The longest chain of requests, boots and stages: what is left when looking and waiting for tokens cost nothing. */
  async criticalPathMs(): Promise<number> {
    const { world, blueprint, boots, times } = this.#parts;
    const store = benchStore({ objects: this.#objects, clock: virtualClock(world), random: world.random });
    const state = await world.finish(store.read(), LIMITS);
    const timed = [...blueprint.declarations.values()].map(({ address, kind, dependsOn }): TimedResource => {
      const box = boxIn(state?.current(address)?.outputs);
      const latencyMs = ownMs(kind, box, boots) ?? times.byAddress.get(address) ?? 0;
      return { name: address, needs: dependsOn, calls: [{ budget: kind, latencyMs }] };
    });
    return longestChainMs(timed);
  }
}

/** Undefined: it takes as long as its requests. */
function ownMs(kind: string, box: string, boots: BootTimes): number | undefined {
  switch (kind) {
    case 'aws.ec2.instance':
      return launchSlotMs(boots.launchesBefore(box)) + boots.bootMs(box);
    case 'node':
      return boots.stagesMs(box);
    case 'aws.iam.instance-profile':
      return boots.propagationMs;
    default:
      return undefined;
  }
}

/** When a launch has its token, counted from the first one. */
function launchSlotMs(before: number): number {
  const { capacity, refillPerSecond } = PUBLISHED_BUDGETS['ec2.RunInstances'];
  return (Math.max(0, before + 1 - capacity) / refillPerSecond) * 1_000;
}

/** Of a machine or of its node. */
function boxIn(outputs: unknown): string {
  return Boxed.safeParse(outputs).data ?? '';
}

const Boxed = z.union([
  z.looseObject({ mailbox: z.string() }).transform(({ mailbox }) => mailbox),
  z.looseObject({ instanceId: z.string() }).transform(({ instanceId }) => instanceId),
]);

function timedProvider(provider: Provider, world: World, times: RequestTimes): Provider {
  const types = [...withClusterKinds(provider.types)].map(([kind, type]): [string, ResourceType] => [
    kind,
    times.timed(type),
  ]);
  const own: SecretSession & Omit<CertificateSession, 'mailbox'> = {
    random: world.random,
    clock: virtualClock(world),
    forgotten: new Set(),
    reissued: new Map(),
  };
  const session = typeof provider.session === 'object' ? { ...provider.session, ...own } : own;
  return { ...provider, session, types: new Map(types) };
}

function group(count: number): NodeGroup {
  return { count, machines: ['m7i.large'], systemDiskGiB: 30, dataDisksGiB: [] };
}

function specOf(nodes: ClusterSpec['nodes']): ClusterSpec {
  return {
    name: 'bench',
    provider: 'simulator',
    domain: 'bench.example.com',
    region: REGION,
    zones: ['eu-west-3a', 'eu-west-3b', 'eu-west-3c'],
    image: { system: 'debian-13', architecture: 'amd64' },
    nodes,
    network: {
      machines: '10.42.0.0/16',
      overlay: '10.43.0.0/16',
      pods: '10.48.0.0/13',
      services: '10.96.0.0/16',
      topology: 'public',
      nat: 'per-zone',
      balancer: false,
      // More machines than an account has fixed addresses.
      addresses: 'dynamic',
    },
    dns: { zone: 'create' },
    access: { from: ['203.0.113.7/32'] },
    storage: { replicas: 3 },
    monitoring: false,
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
