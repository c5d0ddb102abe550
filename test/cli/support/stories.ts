import type { PlannedChange, RunHeading, RunOutcome } from '#app/app.ts';
import { parseAddress } from '#engine/address.ts';
import type { ChangeAction } from '#engine/change.ts';
import { problem } from '#engine/problem.ts';
import type { Timed } from './scripted-app.ts';

export const SIMULATED: Omit<RunHeading, 'verb'> = {
  cluster: 'demo',
  provider: 'simulator',
  isSimulated: true,
  region: 'eu-west-3',
  account: '000000000000',
  principal: 'arn:aws:iam::000000000000:user/you',
};

const STAGES = ['network', 'packages', 'overlay', 'seat', 'etcd', 'apiserver', 'kubelet', 'ready'] as const;

const REGION = 'eu-west-3';

export function change(
  name: string,
  action: ChangeAction = 'create',
  because = 'declared and not there yet',
): PlannedChange {
  const address = parseAddress(name);
  return {
    address,
    kind: name.includes('.node.') ? 'node' : `aws.${name.split('.')[1] ?? name}`,
    action,
    because,
    inputs: [],
  };
}

export function nodesOf(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts).flatMap(([role, count]) =>
    Array.from({ length: count }, (_, index) => `${role}-${index + 1}`),
  );
}

export function declared(nodes: readonly string[]): readonly PlannedChange[] {
  return [
    'state.key',
    'state.bucket',
    `${REGION}.network`,
    `${REGION}.network.gateway`,
    `${REGION}.firewall.control-plane`,
    `${REGION}.firewall.control-plane.rules`,
    'role.control-plane',
    'role.worker',
    `${REGION}.image.amd64`,
    ...nodes.flatMap((node) => [`${REGION}.machine.${node}`, `${REGION}.node.${node}`]),
    'zone',
    'record.api',
  ].map((name) => change(name));
}

export interface StoryOptions {
  readonly nodes: readonly string[];
  readonly heading?: Partial<RunHeading>;
  /** Fails in its third stage. */
  readonly failing?: string;
  /** How many times faster everything goes: a screen that is painted all the time costs the test its own. @default 1 */
  readonly speed?: number;
}

const STAGE_MS = 6_000;
const BOOT_MS = 20_000;

/** A create as it goes: everything but the nodes within seconds, then the nodes stage by stage, the later ones slower. */
export function createStory({ nodes, heading, failing, speed = 1 }: StoryOptions): readonly Timed[] {
  const changes = declared(nodes);
  const events: Timed[] = [
    [0, { type: 'run-started', run: { verb: 'create', ...SIMULATED, ...heading } }],
    [100, { type: 'lease-acquired', generation: 1, holder: 'you on workstation' }],
    [200, { type: 'planned', changes }],
    [300, { type: 'apply-started', changes: changes.length }],
  ];
  const quick = changes.filter(({ address }) => !/\.(?:machine|node)\.|^record/.test(address));
  for (const [index, { address }] of quick.entries()) events.push(...brief(address, 400 + index * 500, 1_500));
  const [first] = nodes;
  const failure =
    failing === undefined
      ? undefined
      : problem('resource.failed', {
          address: parseAddress(`${REGION}.node.${failing}`),
          detail:
            'Stage overlay: wg0 does not come up\n  | ip link add wg0 type wireguard\n  | RTNETLINK answers: Operation not supported',
        });
  for (const [index, node] of nodes.entries()) {
    events.push(...nodeStory(node, index, failing === node ? failure : undefined));
  }
  const record = parseAddress('record.api');
  const lastMs = Math.max(...events.map(([atMs]) => atMs));
  if (failure === undefined) events.push(...brief(record, lastMs + 200, 2_000));
  else {
    events.push([
      lastMs + 200,
      { type: 'change-skipped', address: record, action: 'create', because: parseAddress(`${REGION}.node.${failing}`) },
    ]);
  }
  const endMs = Math.max(...events.map(([atMs]) => atMs)) + 100;
  const skipped = failure === undefined ? [] : [record];
  const failed = failure === undefined ? [] : [failure];
  const done = changes.length - failed.length - skipped.length;
  const outcome: RunOutcome = {
    ok: failure === undefined,
    done,
    failed,
    skipped,
    outputs: [
      { name: 'api', value: 'api.demo.example.com' },
      { name: 'name_servers', value: 'ns-1.example.net ns-2.example.net' },
      { name: 'nodes_ready', value: String(first === undefined ? 0 : nodes.length - failed.length) },
    ],
    notYet: [
      'Kubernetes, the storage cluster and the site are not installed yet: the machines boot and report their stages.',
    ],
  };
  events.push([endMs, { type: 'apply-finished', done, failed: failed.length, skipped: skipped.length }]);
  events.push([endMs + 50, { type: 'run-finished', outcome }]);
  return events.map(([atMs, event]): Timed => [atMs / speed, event]).toSorted(([one], [other]) => one - other);
}

function brief(address: PlannedChange['address'], startMs: number, tookMs: number): readonly Timed[] {
  const because = 'declared and not there yet';
  return [
    [startMs, { type: 'change-started', address, action: 'create', because }],
    [startMs + tookMs, { type: 'change-finished', address, action: 'create' }],
  ];
}

function nodeStory(node: string, index: number, failure: ReturnType<typeof problem> | undefined): readonly Timed[] {
  const [machine, address] = [parseAddress(`${REGION}.machine.${node}`), parseAddress(`${REGION}.node.${node}`)];
  const launchMs = 5_000;
  const helloMs = launchMs + BOOT_MS + index * 700;
  const because = 'declared and not there yet';
  const events: Timed[] = [
    [launchMs, { type: 'change-started', address: machine, action: 'create', because }],
    [launchMs + 1_000, { type: 'waiting', address: machine, waitingFor: 'it to say hello', deadlineMs: 600_000 }],
    [helloMs, { type: 'change-finished', address: machine, action: 'create' }],
    [helloMs + 50, { type: 'change-started', address, action: 'create', because }],
  ];
  for (const [done, stage] of STAGES.entries()) {
    const atMs = helloMs + 100 + done * (STAGE_MS + index * 300);
    if (failure !== undefined && done === 3) {
      return [...events, [atMs, { type: 'change-failed', address, action: 'create', problem: failure }]];
    }
    const progress = { done, of: STAGES.length };
    events.push([atMs, { type: 'waiting', address, waitingFor: `stage ${stage}`, progress, deadlineMs: 600_000 }]);
  }
  const endMs = helloMs + 100 + STAGES.length * (STAGE_MS + index * 300);
  return [...events, [endMs, { type: 'change-finished', address, action: 'create' }]];
}
