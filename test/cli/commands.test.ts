import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ClusterStatus, DeletePreview, LoggedEvent, PlanResult } from '#app/app.ts';
import { parseAddress } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import { perform } from './support/stage.ts';
import { change, createStory, declared, nodesOf, SIMULATED } from './support/stories.ts';

const nodes = nodesOf({ 'control-plane': 3, worker: 2, storage: 4 });
const COST = {
  before: 1_180.4,
  after: 1_254.52,
  source: 'AWS Price List of 2026-11-01, of eu-west-3',
  byUse: 'traffic, requests',
  unknown: ['x9.huge'],
};
const FREE = { ...COST, before: 0, after: 0, unknown: [] };
const empty: PlanResult = {
  heading: SIMULATED,
  changes: [],
  isEmpty: true,
  exists: true,
  preflight: [],
  rotations: [],
  cost: FREE,
};
const pending: PlanResult = {
  heading: SIMULATED,
  isEmpty: false,
  exists: true,
  preflight: [],
  rotations: [],
  accessFound: '203.0.113.7/32',
  cost: COST,
  changes: [
    change('eu-west-3.network', 'keep', 'nothing differs'),
    { ...change('eu-west-3.machine.worker-3'), monthlyUsd: 1_063.07 },
    { ...change('eu-west-3.firewall.api.rules', 'update', 'ingress changed'), inputs: ['ingress'] },
    { ...change('record.api', 'update', 'values known after apply'), inputs: ['values'] },
    { ...change('eu-west-3.machine.worker-1', 'replace', 'type changed'), monthlyUsd: 12.05 },
    { ...change('eu-west-3.machine.storage-3', 'destroy', 'no longer declared'), monthlyUsd: -1.01 },
    change('eu-west-3.machine.storage-4', 'destroy', 'no longer declared'),
    change('eu-west-3.node.storage-4', 'destroy', 'no longer declared'),
    change('eu-west-3.node.storage-3', 'abandon', 'it lives in eu-west-3.machine.storage-3, which goes'),
    change('zone', 'adopt', 'adoption of Z123 was asked for'),
    change('eu-west-3.node.worker-2', 'leave', 'it cannot be reached: no answer'),
  ],
};

const status: ClusterStatus = {
  heading: SIMULATED,
  uid: 'abcdefgh',
  nodes: nodes.map((name, index) => ({
    name,
    role: name.replace(/-\d$/, ''),
    region: 'eu-west-3',
    zone: `eu-west-3${'abc'.charAt(index % 3)}`,
    address: index === 8 ? undefined : `203.0.113.${index + 1}`,
    state: index === 8 ? 'missing' : index === 7 ? 'failed' : index === 6 ? 'starting' : 'ready',
    progress: index === 6 ? { done: 3, of: 6 } : undefined,
    detail: index === 7 ? 'Stage overlay: wg0 does not come up' : index === 6 ? 'waiting for stage storage' : '',
  })),
  rotations: [],
  ageing: [],
  resources: {
    total: 44,
    ready: 41,
    unfinished: [
      {
        address: parseAddress('eu-west-3.node.storage-3'),
        status: 'failed',
        problem: 'It failed while it was made ready',
      },
      { address: parseAddress('eu-west-3.node.storage-2'), status: 'creating', problem: undefined },
    ],
  },
  driver: 'you on workstation',
  places: [
    { what: 'cluster file', where: '/operator/.config/bootstrap/clusters/demo/cluster.yaml' },
    { what: 'state', where: 's3://bootstrap-abcdefgh/state/' },
  ],
  isDeleted: false,
};

describe('plan', () => {
  test('shows every change with its reason, and ends with 2', async () => {
    const { output, code, asked } = await perform('plan demo --out demo.plan', { app: { plan: pending } });
    await expect(output).toMatchFileSnapshot('golden/plan.txt');
    expect(code).toBe(2);
    expect(asked).toEqual([
      { method: 'plan', given: { target: { name: 'demo' }, refresh: true, savePlanTo: 'demo.plan' } },
    ]);
  });

  test('says that nothing is to do, and ends with 0', async () => {
    const { output, code } = await perform('plan demo', { app: { plan: empty } });
    expect(code).toBe(0);
    expect(output).toBe(
      [
        'bootstrap plan demo · SIMULATED account 000000000000 · eu-west-3',
        '',
        'Nothing to do: everything is as declared.',
        '',
        'SIMULATED: no cloud was touched, nothing is to be paid, and no site has answered.',
        '',
      ].join('\n'),
    );
  });

  test('takes the state at its word when asked to', async () => {
    const { asked } = await perform('plan -f /cluster.yaml --no-refresh', { app: { plan: empty } });
    expect(asked).toEqual([{ method: 'plan', given: { target: { file: '/cluster.yaml' }, refresh: false } }]);
  });

  test('is one object with --json', async () => {
    const { output, code } = await perform('plan demo --json', { app: { plan: pending } });
    expect(JSON.parse(output)).toEqual(JSON.parse(JSON.stringify(pending)));
    expect(code).toBe(2);
  });
});

describe('apply', () => {
  test.each([
    ['apply demo', { target: { name: 'demo' }, wait: false }],
    ['apply demo --wait', { target: { name: 'demo' }, wait: true }],
    ['apply', { target: { name: 'demo' }, wait: false }],
    ['apply demo demo.plan', { target: { name: 'demo' }, planFile: 'demo.plan', wait: false }],
    ['apply demo.plan', { target: { name: 'demo' }, planFile: 'demo.plan', wait: false }],
    ['apply -f /c.yaml', { target: { file: '/c.yaml' }, wait: false }],
    ['apply -f /c.yaml demo.plan', { target: { file: '/c.yaml' }, planFile: 'demo.plan', wait: false }],
  ])('"%s" is understood', async (line, given) => {
    expect((await perform(line)).asked).toEqual([{ method: 'apply', given }]);
  });
});

const Rotation = z.object({
  type: z.literal('rotation'),
  authority: z.string(),
  news: z.string(),
  phase: z.string().optional(),
});

describe('upgrade', () => {
  test.each([
    ['upgrade demo', { target: { name: 'demo' }, atOnce: 1, wait: false }],
    ['upgrade -f /c.yaml --at-once 3 --wait', { target: { file: '/c.yaml' }, atOnce: 3, wait: true }],
  ])('"%s" is understood', async (line, given) => {
    expect((await perform(line)).asked).toEqual([{ method: 'upgrade', given }]);
  });

  test('shows what it would do, node by node, and does nothing', async () => {
    const kubelet = { asset: 'kubelet', from: '1.35.2', to: '1.36.0' };
    const upgrade = {
      steps: [
        { nodes: [{ node: 'control-plane-1', changes: [kubelet, { asset: 'pause', to: '3.10' }], hasBreak: false }] },
        { nodes: [{ node: 'worker-1', changes: [kubelet], hasBreak: true }] },
      ],
    };
    const { asked, output } = await perform('upgrade demo --preview', { app: { upgrade } });
    expect(asked).toEqual([{ method: 'upgradePreview', given: { target: { name: 'demo' }, atOnce: 1 } }]);
    expect(output).toMatchInlineSnapshot(`
      "step  node             changes                              meanwhile
      1     control-plane-1  kubelet 1.35.2 → 1.36.0, pause 3.10  its work goes on
      2     worker-1         kubelet 1.35.2 → 1.36.0              its work goes elsewhere
      "
    `);
    const nothing = await perform('upgrade demo --preview', { app: { upgrade: { steps: [] } } });
    expect(nothing.output).toBe('Every node runs what the lock says.\n');
  });

  test('asks for at least one node at a time', async () => {
    expect((await perform('upgrade demo --at-once 0')).asked).toEqual([]);
  });
});

describe('rotate', () => {
  test.each([
    ['rotate demo', { target: { name: 'demo' }, authorities: [], wait: false }],
    ['rotate demo etcd --wait', { target: { name: 'demo' }, authorities: ['etcd'], wait: true }],
    ['rotate etcd', { target: { name: 'demo' }, authorities: ['etcd'], wait: false }],
    ['rotate -f /c.yaml etcd', { target: { file: '/c.yaml' }, authorities: ['etcd'], wait: false }],
  ])('"%s" is understood', async (line, given) => {
    expect((await perform(line)).asked).toEqual([{ method: 'rotate', given }]);
  });

  test('says in every view that it begins, goes on and has ended', async () => {
    const [begin, ...rest] = createStory({ nodes: ['control-plane-1'] });
    const news = [
      { type: 'rotation', authority: 'etcd', news: 'begins', phase: 'introduce' },
      { type: 'rotation', authority: 'etcd', news: 'goes-on', phase: 'forget' },
      { type: 'rotation', authority: 'etcd', news: 'ended' },
    ] as const;
    const run = [...(begin === undefined ? [] : [begin]), ...news.map((event) => [10, event] as const), ...rest];
    const told = [
      'rotation of etcd begins: machines come to believe a new authority beside the old one',
      'rotation of etcd goes on: machines come to believe the new authority alone, and the old one is destroyed',
      'rotation of etcd has ended: machines believe the new authority alone',
    ];
    for (const isTerminal of [true, false]) {
      const { output } = await perform('rotate demo', { app: { run }, isTerminal, columns: 120 });
      for (const line of told) expect(output).toContain(line);
    }
    const { output } = await perform('rotate demo --json', { app: { run } });
    const lines = output
      .trim()
      .split('\n')
      .map((line) => Rotation.safeParse(JSON.parse(line)).data);
    expect(lines.filter((line) => line !== undefined)).toEqual(news);
  });

  test('under way is told by plan and by status', async () => {
    const rotations = [{ authority: 'etcd', phase: 'sign' }] as const;
    const told = 'rotation  etcd: machines come to show what the new authority has signed';
    const planned = await perform('plan demo', { app: { plan: { ...pending, rotations } } });
    expect(planned.output.split('\n')).toContain(told);
    const stands = await perform('status demo', { app: { statuses: [{ ...status, rotations }] } });
    expect(stands.output.split('\n').map((line) => line.replace(/ {2,}/, '  '))).toContain(told);
  });
});

describe('delete', () => {
  const preview: DeletePreview = {
    heading: SIMULATED,
    cost: { ...COST, after: 0 },
    changes: declared(nodesOf({ 'control-plane': 3, worker: 1_000 })).map(({ address }) =>
      change(address, address.includes('.node.') ? 'abandon' : 'destroy', 'no longer declared'),
    ),
  };
  const run = createStory({ nodes: ['worker-1'], heading: { verb: 'delete' } }).map(([atMs, event]) =>
    event.type === 'run-finished'
      ? ([
          atMs,
          { ...event, outcome: { ...event.outcome, notYet: [], outputs: [{ name: 'left_in_account', value: '0' }] } },
        ] as const)
      : ([atMs, event] as const),
  );

  test('lists with --keep-data what stays and what that costs, and hands the wish on', async () => {
    const keeps = { disks: 4, sizeGiB: 400, monthlyUsd: 32 };
    const { output, asked } = await perform('delete demo --keep-data --plain --yes', {
      app: { preview: { ...preview, keeps }, run },
      variables: { NO_COLOR: '1' },
    });
    expect(output).toContain('That is $1,148.40 a month less.\n');
    expect(output).toContain('Kept: 4 disks with data, 400 GiB in all, for $32.00 a month until you remove them.\n');
    expect(asked).toEqual([{ method: 'delete', given: { target: { name: 'demo' }, wait: false, keepData: true } }]);
    const none = { ...preview, keeps: { disks: 0, sizeGiB: 0, monthlyUsd: 0 } };
    const { output: nothing } = await perform('delete demo --keep-data --plain --yes', { app: { preview: none, run } });
    expect(nothing).toContain('There is no disk with data to keep.');
  });

  test('lists what goes by groups, wants the name typed, and ends with the proof of zero', async () => {
    const { output, exit } = await perform('delete demo --plain', {
      app: { preview, run },
      isTerminal: true,
      answers: ['demo'],
      variables: { NO_COLOR: '1' },
    });
    expect(exit).toBe('ok');
    await expect(output).toMatchFileSnapshot('golden/delete.txt');
  });

  test.each([['yes'], ['Demo'], ['']])('touches nothing when "%s" is typed instead', async (typed) => {
    const recording = await perform('delete demo', { app: { preview, run }, isTerminal: true, answers: [typed] });
    expect(recording).toMatchObject({ exit: 'declined', code: 5, errors: 'Nothing was deleted.\n' });
    expect(recording.output).not.toContain('holds the lease');
  });

  test('is not begun where nobody can confirm it', async () => {
    const recording = await perform('delete demo', { app: { preview, run } });
    expect(recording).toMatchObject({
      exit: 'input',
      errors: 'Nobody is here to confirm what goes.\n  bootstrap delete demo --yes\n',
      asked: [],
    });
  });

  test('asks nothing with --yes', async () => {
    const { asked, exit } = await perform('delete demo --yes --wait', { app: { preview, run } });
    expect([exit, asked]).toEqual(['ok', [{ method: 'delete', given: { target: { name: 'demo' }, wait: true } }]]);
  });

  test('is continued by itself when it fails, not by apply', async () => {
    const failing = createStory({ nodes: ['worker-1'], failing: 'worker-1', heading: { verb: 'delete' } });
    const { output } = await perform('delete demo --yes', { app: { preview, run: failing } });
    expect(output).toContain('    bootstrap delete demo\n');
    expect(output).not.toContain('bootstrap apply');
  });
});

describe('status', () => {
  test.each([80, 120])('shows nodes, what is unfinished, and where things are, on %i columns', async (columns) => {
    const { output, asked } = await perform('status demo', { app: { statuses: [status] }, columns });
    await expect(output).toMatchFileSnapshot('golden/status.txt');
    expect(asked).toEqual([{ method: 'status', given: { name: 'demo' } }]);
  });

  test('is watched in place on a terminal, a thousand nodes on one screen', async () => {
    const many = nodesOf({ worker: 1_000 }).map(
      (name, index) => ({ ...status.nodes[0], name, state: index % 50 === 0 ? 'starting' : 'ready' }) as const,
    );
    const large: ClusterStatus = {
      ...status,
      nodes: many.map((node) => ({
        role: 'worker',
        region: '',
        zone: 'a',
        address: undefined,
        progress: undefined,
        detail: '',
        ...node,
      })),
    };
    const { output } = await perform('status demo --watch', {
      app: { statuses: [status, large] },
      isTerminal: true,
      rows: 24,
      cues: [[1_000, (terminal) => terminal.interrupt()]],
    });
    const screens = output.split('\u001B[H\u001B[J').slice(1);
    expect(screens).toHaveLength(2);
    expect(screens[1]?.trimEnd().split('\n').length).toBeLessThan(24);
    expect(screens[1]).toContain('980 of 1000 ready');
  });

  test('says of a deleted cluster only where it was', async () => {
    const { output } = await perform('status demo', { app: { statuses: [{ ...status, isDeleted: true }] } });
    expect(output).toContain('It is deleted.');
    expect(output).not.toContain('worker-1');
  });
});

describe('events', () => {
  const failure = problem('call.quota', {
    detail: 'Running On-Demand instances: 32 vCPUs, 40 needed.',
    address: parseAddress('eu-west-3.machine.worker-1'),
  });
  const logged: readonly LoggedEvent[] = [
    ...createStory({ nodes: ['worker-1'] }).map(([atMs, event]): LoggedEvent => ({ atMs, run: '2026-01-01-a', event })),
    { atMs: 90_000, run: '2026-01-01-b', event: { type: 'run-started', run: { verb: 'apply', ...SIMULATED } } },
    { atMs: 91_000, run: '2026-01-01-b', event: { type: 'lease-waiting', holder: 'them', forMs: 5_000 } },
    {
      atMs: 92_000,
      run: '2026-01-01-b',
      event: {
        type: 'retrying',
        address: parseAddress('zone'),
        purpose: 'create the hosted zone',
        why: 'throttled',
        afterMs: 2_000,
      },
    },
    {
      atMs: 93_000,
      run: '2026-01-01-b',
      event: {
        type: 'change-failed',
        address: parseAddress('eu-west-3.machine.worker-1'),
        action: 'create',
        problem: failure,
      },
    },
    { atMs: 94_000, run: '2026-01-01-b', event: { type: 'stray-destroyed', kind: 'aws.ec2.volume', id: 'vol-1' } },
  ];

  test('are told run by run, with their time and every failure in full', async () => {
    const { output, asked } = await perform('events demo --follow', { app: { events: logged } });
    await expect(output).toMatchFileSnapshot('golden/events.txt');
    expect(asked).toEqual([{ method: 'events', given: { target: { name: 'demo' }, follow: true } }]);
  });

  test('are lines of JSON when asked', async () => {
    const { output } = await perform('events demo --json', { app: { events: logged } });
    expect(
      output
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(JSON.parse(JSON.stringify(logged)));
  });
});

describe('a command that asks one thing', () => {
  test.each([
    ['why demo eu-west-3.network', 'why', { target: { name: 'demo' }, address: 'eu-west-3.network' }],
    ['why eu-west-3.network', 'why', { target: { name: 'demo' }, address: 'eu-west-3.network' }],
    ['outputs demo', 'outputs', { name: 'demo' }],
    ['validate /cluster.yaml', 'validate', { target: { file: '/cluster.yaml' }, security: false }],
    ['validate demo', 'validate', { target: { name: 'demo' }, security: false }],
    ['validate demo --security', 'validate', { target: { name: 'demo' }, security: true }],
    ['attach blog --provider aws --region eu-west-3', 'attach', { name: 'blog', provider: 'aws', region: 'eu-west-3' }],
    [
      'attach blog --provider aws --region eu-west-3 --bucket b',
      'attach',
      { name: 'blog', provider: 'aws', region: 'eu-west-3', bucket: 'b' },
    ],
    ['state show demo', 'stateShow', { name: 'demo' }],
    ['state history demo', 'stateHistory', { name: 'demo' }],
    ['state unlock demo --yes', 'stateUnlock', { name: 'demo' }],
    ['state restore demo --from copy.json -y', 'stateRestore', { target: { name: 'demo' }, from: 'copy.json' }],
  ])('"%s" asks it', async (line, method, given) => {
    const explanation = {
      address: parseAddress('eu-west-3.network'),
      kind: 'aws.ec2.vpc',
      status: 'ready',
      lines: ['Nothing is wrong with it.'],
    };
    const outputs = [{ name: 'api', value: 'api.demo.example.com' }];
    const { asked, exit } = await perform(line, { app: { statuses: [status], explanation, outputs } });
    expect([exit, asked]).toEqual(['ok', [{ method, given }]]);
  });

  test.each([
    ['attach blog --provider aws', '--region is needed to find blog.\n  bootstrap attach --help\n'],
    [
      'validate /cluster.yaml --security',
      'Security is that of a cluster as it runs: name it, not its file.\n  bootstrap validate NAME --security\n',
    ],
    ['state restore demo', 'From which copy?\n  bootstrap state restore NAME --from COPY\n'],
    ['state unlock demo', 'Nobody is here to agree; say it with --yes.\n'],
    ['why', 'Which resource?\n  bootstrap why NAME ADDRESS\n'],
    ['status demo -f /cluster.yaml', 'Both a name (demo) and a file (/cluster.yaml) are given; one is enough.\n'],
  ])('"%s" is refused with what to type instead', async (line, errors) => {
    expect(await perform(line)).toMatchObject({ exit: 'input', errors, asked: [] });
  });

  test('"state unlock" wants a yes', async () => {
    const refused = await perform('state unlock demo', { isTerminal: true, answers: [''] });
    expect(refused).toMatchObject({ exit: 'declined', asked: [] });
    const agreed = await perform('state unlock demo', { isTerminal: true, answers: ['yes'] });
    expect(agreed.asked).toEqual([{ method: 'stateUnlock', given: { name: 'demo' } }]);
  });
});

describe('a command without a name', () => {
  const cluster = (name: string, isDeleted = false) => ({ name, provider: 'aws', isDeleted });
  test('means the only cluster there is', async () => {
    const known = [cluster('blog'), cluster('old', true)];
    const { asked } = await perform('outputs', { app: { known, outputs: [] } });
    expect(asked).toEqual([{ method: 'outputs', given: { name: 'blog' } }]);
  });

  test('asks which when there are several', async () => {
    const { errors, exit } = await perform('outputs', { app: { known: [cluster('blog'), cluster('shop')] } });
    expect([exit, errors]).toEqual(['input', 'Which cluster? There are blog, shop.\n']);
  });

  test('says how to make one when there is none', async () => {
    const { errors } = await perform('outputs', { app: { known: [] } });
    expect(errors).toBe('There is no cluster yet.\n  bootstrap create demo\n');
  });

  test('list shows those that live, or all', async () => {
    const known = [cluster('blog'), cluster('old', true)];
    expect((await perform('list', { app: { known } })).output).toBe('blog  aws\n');
    expect((await perform('list --all', { app: { known } })).output).toBe('blog  aws\nold   aws  deleted\n');
    expect((await perform('list', { app: { known: [] } })).output).toBe('No cluster is known here.\n');
  });
});

test('outputs are a table for people and an object for scripts', async () => {
  const outputs = [
    { name: 'api', value: 'api.demo.example.com' },
    {
      name: 'name_servers',
      value: 'ns-1062.awsdns-04.org ns-1621.awsdns-10.co.uk ns-74.awsdns-09.com ns-845.awsdns-41.net',
    },
  ];
  const app = { outputs };
  expect((await perform('outputs demo', { app, isTerminal: true, variables: { NO_COLOR: '1' } })).output).toBe(
    [
      'api           api.demo.example.com',
      'name_servers  ns-1062.awsdns-04.org ns-1621.awsdns-10.co.uk ns-74.awsdns-09.com',
      '              ns-845.awsdns-41.net',
      '',
    ].join('\n'),
  );
  expect((await perform('outputs demo', { app })).output.split('\n')[1]).toBe(`name_servers  ${outputs[1]?.value}`);
  expect(JSON.parse((await perform('outputs demo --json', { app })).output)).toEqual({
    api: 'api.demo.example.com',
    name_servers: outputs[1]?.value,
  });
});

test('explain documents a field, or is a schema for editors', async () => {
  expect((await perform('explain nodes.worker')).output).toBe('About nodes.worker.\n');
  expect((await perform('explain')).output).toBe('About the cluster file.\n');
  expect(JSON.parse((await perform('explain --schema')).output)).toEqual({ type: 'object' });
});
