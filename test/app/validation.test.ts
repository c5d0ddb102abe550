import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { KnownClusters } from '#app/known-clusters.ts';
import { readCluster } from '#app/read-cluster.ts';
import type { UnitStatus } from '#app/units.ts';
import { judgeCertificates } from '#app/validation/certificates.ts';
import { judgeComponents, judgeLeaders } from '#app/validation/components.ts';
import type { ValidationFinding } from '#app/validation/finding.ts';
import { type MachineHealth, machineHealth } from '#app/validation/machine-health.ts';
import { judgeApiName, judgeResolvers } from '#app/validation/names.ts';
import { judgeNodes } from '#app/validation/nodes.ts';
import { judgePods, podsToReach } from '#app/validation/pods.ts';
import { judgeRunning } from '#app/validation/running.ts';
import { judgeSecurity } from '#app/validation/security-of-cluster.ts';
import { judgeTimes } from '#app/validation/time.ts';
import { readOutput } from '#cluster/read-output.ts';
import { sectionsOf } from '#cloud-init/look-script.ts';
import { parseAddress } from '#engine/address.ts';
import { Secret } from '#std/secret.ts';
import { SystemNameServers } from '#std/system-name-servers.ts';
import { z } from 'zod';
import { SmallApi } from '../kubernetes/support/small-api.ts';
import { SmallDns } from '../support/small-dns.ts';
import { AnsweringMachines } from './support/answering-machines.ts';
import { Desk, FOREVER, TARGET } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cluster = 'demo';
const NOW_MS = Date.parse('2026-11-23T00:00:00Z');
const DAY_MS = 86_400_000;

/** `bad worker-1: It is no node of Kubernetes.` */
function inWords(findings: readonly ValidationFinding[]): readonly string[] {
  return findings.map(({ verdict, where, what }) => `${verdict} ${where === undefined ? '' : `${where}: `}${what}`);
}

function machine(node: string, more: Partial<MachineHealth> = {}): MachineHealth {
  return { node, clockMs: NOW_MS, servers: [], reached: undefined, ...more };
}

describe('nodes', () => {
  const wanted = ['a', 'b', 'c'].map((name) => ({ name, state: 'ready' as const, detail: 'ready' }));
  const ready = (name: string) => ({ name, is: { is: 'ready' as const } });

  test('are well when state and API agree, and also as far as the state goes', () => {
    expect(inWords(judgeNodes({ cluster, wanted, seen: wanted.map(({ name }) => ready(name)) }))).toEqual([
      'ok All 3 are there and ready.',
    ]);
    expect(inWords(judgeNodes({ cluster, wanted, seen: undefined }))).toEqual([
      'ok All 3 are ready, as far as the state goes.',
    ]);
  });

  test('that lack, are not ready or are strange are bad, each with what to do', () => {
    const unready = { name: 'b', is: { is: 'pending' as const, waitingFor: 'Kubelet stopped posting node status.' } };
    const begun = [...wanted, { name: 'd', state: 'failed' as const, detail: 'Its disk is full' }];
    const found = judgeNodes({ cluster, wanted: begun, seen: [ready('a'), unready, ready('x')] });
    expect(inWords(found)).toEqual([
      'bad b: It is not ready: Kubelet stopped posting node status.',
      'bad c: It is no node of Kubernetes.',
      'bad d: It is failed: Its disk is full.',
      'bad x: It is a node of Kubernetes, and nobody wants it.',
    ]);
    expect(found.map(({ next }) => next)).toEqual([
      'bootstrap kubectl demo describe node b',
      'bootstrap apply demo',
      'bootstrap status demo',
      'bootstrap kubectl demo describe node x',
    ]);
  });
});

describe('components', () => {
  const unit = (name: string, active = 'active', node = 'a'): UnitStatus => {
    return { unit: name, node, active, sub: 'dead', result: 'success', version: undefined, sinceMs: undefined };
  };

  test('may rest when a timer calls them, on their own machine', () => {
    const units = [unit('bootstrap-etcd-care.timer'), unit('bootstrap-etcd-care.service', 'inactive')];
    expect(inWords(judgeComponents({ cluster, units: { units, silent: [] }, machines: [] }))).toEqual([
      'ok All 2 units are as they should be (machines: 1).',
    ]);
    const elsewhere = [...units, unit('bootstrap-etcd-care.service', 'inactive', 'b')];
    expect(inWords(judgeComponents({ cluster, units: { units: elsewhere, silent: [] }, machines: [] }))).toEqual([
      'bad b: bootstrap-etcd-care.service is inactive (dead).',
    ]);
  });

  test('that are down are bad, on their way are worth a look, and say what they have to say', () => {
    const units = [unit('bootstrap-kubelet.service', 'inactive'), unit('bootstrap-proxy.service', 'activating')];
    const servers = ['200', '500', '000', undefined].map((status, at) => ({ name: `s${at}`, status, life: undefined }));
    const found = judgeComponents({ cluster, units: { units, silent: [] }, machines: [machine('a', { servers })] });
    expect(inWords(found)).toEqual([
      'bad a: bootstrap-kubelet.service is inactive (dead).',
      'care a: bootstrap-proxy.service is activating (dead).',
      'bad a: Its s1 says that it is not well (500).',
      'bad a: Its s2 does not answer.',
    ]);
  });

  test('of which one leads have to have said so lately', () => {
    const lease = (name: string, ageMs: number) => ({ name, holder: 'control-plane-1_x', renewedMs: NOW_MS - ageMs });
    const both = [lease('kube-controller-manager', 2_000), lease('kube-scheduler', -3_000)];
    expect(inWords(judgeLeaders(cluster, both, NOW_MS))).toEqual([
      'ok Of kube-controller-manager and kube-scheduler one each leads.',
    ]);
    expect(inWords(judgeLeaders(cluster, [lease('kube-scheduler', 90_000)], NOW_MS))).toEqual([
      'bad kube-controller-manager: None of them leads.',
      'bad kube-scheduler: Whoever leads (control-plane-1_x) was last heard 90 s ago.',
    ]);
  });
});

describe('names', () => {
  test('inside are answered for by all, some or none of those who are to', () => {
    const said = (ready: number, all: number) => inWords(judgeResolvers(cluster, { ready, all }));
    expect(said(2, 2)).toEqual(['ok All 2 who answer for names inside are ready.']);
    expect(said(1, 2)).toEqual(['care inside: Of 2 who answer for names only 1 are ready.']);
    expect(said(0, 0)).toEqual(['bad inside: Of 0 who answer for names none is ready.']);
    expect(inWords(judgeResolvers(cluster, undefined))).toEqual([
      'not judged inside: The cluster is given nobody who answers for names.',
    ]);
  });
});

describe('pods', () => {
  const pod = (node: string, namespace = 'kube-system') => {
    return { name: `dns-${node}`, namespace, node, address: `10.100.0.${node.length}` };
  };

  test('of the platform are chosen before those that somebody may have hidden', () => {
    const chosen = podsToReach([pod('a'), pod('a', 'shop'), pod('bb', 'shop'), { ...pod('c'), address: 'fd00::1' }]);
    expect([...chosen.values()].map(({ namespace }) => namespace)).toEqual(
      expect.arrayContaining(['kube-system', 'shop']),
    );
    expect(chosen.get('a')?.namespace).toBe('kube-system');
    expect([...chosen.keys()].toSorted()).toEqual(['a', 'bb']);
  });

  test('are to be reached from all other machines', () => {
    const nodes = ['a', 'bb', 'ccc'];
    const pods = podsToReach([pod('a'), pod('bb', 'shop')]);
    const reached = (own: boolean, other: boolean) =>
      new Map([
        ['10.100.0.1', own],
        ['10.100.0.2', other],
      ]);
    const well = nodes.map((node) => machine(node, { reached: reached(true, true) }));
    expect(inWords(judgePods({ cluster, nodes, pods, machines: well }))).toEqual([
      'ok Pods are reached from all other machines, in 4 of 4 ways.',
      'not judged ccc: No pod there has an address of its own and is ready.',
    ]);
    // Whether a machine reaches what it has itself says nothing of the others.
    const lost = [machine('a', { reached: reached(false, true) }), machine('ccc', { reached: reached(false, false) })];
    expect(inWords(judgePods({ cluster, nodes: nodes.slice(0, 2), pods, machines: lost }))).toEqual([
      'care ccc: It does not reach shop/dns-bb (10.100.0.2) on bb.',
      'bad ccc: It does not reach kube-system/dns-a (10.100.0.1) on a.',
    ]);
    expect(
      inWords(judgePods({ cluster, nodes: ['a'], pods: podsToReach([pod('a')]), machines: [machine('bb')] })),
    ).toEqual(['not judged bb: There is no ping to find out with.']);
  });
});

describe('certificates and clocks', () => {
  const life = (beganDays: number, leftDays: number) => {
    return { notBeforeMs: NOW_MS - beganDays * DAY_MS, notAfterMs: NOW_MS + leftDays * DAY_MS };
  };

  test('are told when they end, and are late with less than a third of their life left', () => {
    const servers = [
      { name: 'etcd', status: undefined, life: life(10, 80) },
      { name: 'apiserver', status: '200', life: life(80, 10) },
      { name: 'scheduler', status: '200', life: life(90, -1) },
      { name: 'controller-manager', status: '200', life: undefined },
    ];
    const facts = { cluster, authorities: [], nowMs: NOW_MS };
    expect(inWords(judgeCertificates({ ...facts, machines: [machine('a', { servers })] }))).toEqual([
      'care a apiserver: What it shows ends on 2026-12-03, and should have been renewed.',
      'bad a scheduler: What it shows has ended on 2026-11-22.',
      'care a controller-manager: It shows no certificate.',
    ]);
    const well = [machine('a', { servers: servers.slice(0, 1) })];
    expect(inWords(judgeCertificates({ ...facts, machines: well }))).toEqual([
      'ok None is about to end; the first of 1 that servers show ends on 2027-02-11.',
    ]);
    const authorities = [
      { authority: 'etcd', endsMs: NOW_MS, isOver: true },
      { authority: 'cluster', endsMs: NOW_MS + DAY_MS, isOver: false },
    ];
    expect(inWords(judgeCertificates({ ...facts, authorities, machines: [] }))).toEqual([
      'bad authority etcd: It has ended on 2026-11-23.',
      'care authority cluster: It ends on 2026-11-24, and no other takes its place yet.',
    ]);
  });

  test('differ by what cannot be the time that the answer took', () => {
    const asked = { askedMs: NOW_MS, heardMs: NOW_MS + 5_000 };
    const at = (differenceMs: number) => machine(`at ${differenceMs}`, { clockMs: NOW_MS + differenceMs });
    expect(inWords(judgeTimes({ cluster, ...asked, machines: [at(0), at(6_500), at(-1_500)] }))).toEqual([
      'ok All clocks are within 7 s of that of this workstation.',
    ]);
    expect(inWords(judgeTimes({ cluster, ...asked, machines: [at(-10_000), at(95_000)] }))).toEqual([
      'care at -10000: Its clock is 10 s behind that of this workstation.',
      'bad at 95000: Its clock is 90 s ahead of that of this workstation.',
    ]);
    expect(inWords(judgeTimes({ cluster, ...asked, machines: [machine('mute', { clockMs: undefined })] }))).toEqual([
      'not judged No machine has told its time.',
    ]);
  });
});

test('what a machine says of its health is read, and what it cannot tell is left open', () => {
  const said = [
    '--- clock',
    '1795392000.500000000',
    '--- health',
    'apiserver 200',
    '--- certificates',
    'apiserver notBefore=Nov 22 00:00:00 2026 GMT\tnotAfter=Nov 24 00:00:00 2026 GMT\t',
    'etcd \t',
    '--- pods',
    '10.100.0.1 reached',
    '10.100.0.2 lost',
  ].join('\n');
  expect(machineHealth({ node: 'a', sections: sectionsOf(said), beside: '' })).toEqual({
    node: 'a',
    clockMs: 1_795_392_000_500,
    servers: [
      { name: 'apiserver', status: '200', life: { notBeforeMs: NOW_MS - DAY_MS, notAfterMs: NOW_MS + DAY_MS } },
      { name: 'etcd', status: undefined, life: undefined },
    ],
    reached: new Map([
      ['10.100.0.1', true],
      ['10.100.0.2', false],
    ]),
  });
  expect(machineHealth({ node: 'a', sections: new Map(), beside: '' })).toEqual({
    node: 'a',
    clockMs: undefined,
    servers: [],
    reached: undefined,
  });
});

describe('a cluster that is made', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.alone();
    await desk.create();
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  const reading = () => {
    const ports = desk.ports();
    return readCluster(
      { ports, places: desk.places, clusters: new KnownClusters(ports, desk.places) },
      TARGET,
      FOREVER,
    );
  };

  test('on acted machines is judged by its file alone, and a file as ever', async () => {
    const { name, running } = await desk.app().validate(TARGET, { security: true }, FOREVER);
    expect([name, inWords(running ?? [])]).toEqual([
      'demo',
      [
        'not judged The machines of demo are acted: nobody can be asked.',
        'not judged Its machines are given nothing of Kubernetes.',
      ],
    ]);
    expect(
      await desk.app().validate({ file: desk.places.of('demo').file }, { security: false }, FOREVER),
    ).not.toHaveProperty('running');
  });

  test('is found by its name where the state says', async () => {
    await using dns = await SmallDns.open();
    const servers = new SystemNameServers({ askedAt: [dns.address], timeoutMs: 50 });
    const { snapshot, file } = await reading();
    const said = async () => inWords(await judgeApiName(servers, { cluster, spec: file.spec, snapshot }, FOREVER));
    const values = z
      .array(z.string())
      .parse(Reflect.get(Object(snapshot.current(parseAddress('record.api'))?.inputs), 'values'));
    expect(await said()).toEqual([
      `bad api.demo.example.com: The public DNS says nothing of it; it should say ${values.join(', ')}.`,
    ]);
    dns.answers.set('api.demo.example.com', values);
    expect(await said()).toEqual([`ok api.demo.example.com leads to ${values.join(', ')}, as it should.`]);
    dns.answers.set('api.demo.example.com', 'silent');
    expect(await said()).toEqual(['not judged api.demo.example.com: The public DNS did not answer.']);
  });

  test('is asked on its machines and in its API, and what it says is told', async () => {
    const names = ['control-plane-1', 'worker-1', 'storage-1'];
    const units = 'Id=bootstrap-kubelet.service\nLoadState=loaded\nActiveState=active\nSubState=running\n';
    const health = 'apiserver 200';
    const says = (node: string) =>
      [
        `if grep -q 'when the certificates' "$here/${node}.asked"; then`,
        `  printf -- '--- clock\\n%s\\n--- health\\n${health}\\n--- pods\\n' "$(date +%s.%N)"`,
        '  for address; do echo "$address reached"; done',
        'else',
        `  printf -- '--- units\\n${units.replaceAll('\n', String.raw`\n`)}'`,
        'fi',
      ].join('\n');
    const answering = await AnsweringMachines.at(desk, Object.fromEntries(names.map((name) => [name, says(name)])));
    const { care } = answering.asking.machines;
    const found = await reading();
    const record = found.snapshot.current(parseAddress('authority.cluster'));
    const key = readOutput(record, 'key');
    const certificate = z.string().parse(readOutput(record, 'certificate'));
    await using api = await SmallApi.open(
      { certificate, key: z.instanceof(Secret).parse(key) },
      'api.demo.example.com',
    );
    const nowMs = Date.now();
    const items = new Map<string, readonly unknown[]>([
      ['nodes', names.map(nodeCalled)],
      ['leases', ['kube-controller-manager', 'kube-scheduler'].map((name) => leaseCalled(name, nowMs))],
      ['endpointslices', [{ endpoints: [{ conditions: { ready: true } }] }]],
      ['pods', names.map(podOn)],
    ]);
    api.behaviour = ({ path }) => {
      const [kind = ''] = (path.split('/').at(-1) ?? '').split('?');
      return { status: 200, body: { items: items.get(kind) ?? [] } };
    };
    const waysTo = async () => [{ host: '127.0.0.1', port: api.endpoint.port }];
    const connection = { ...found.cluster.connection, care: { ...care, waysTo } };
    const nameServers = { of: async () => [], addresses: () => Promise.reject(new Error('nobody is asked here')) };
    const ports = { ...desk.ports(), ...answering.asking.ports, nameServers };
    const judged = await judgeRunning(ports, { ...found, cluster: { ...found.cluster, connection } }, FOREVER);
    const words = (await answering.handed('worker-1')).words.at(-1);
    expect(inWords(judged)).toEqual([
      'ok All 3 are there and ready.',
      'ok All 3 units are as they should be (machines: 3).',
      'ok It answers.',
      'ok Of kube-controller-manager and kube-scheduler one each leads.',
      'ok All 1 who answer for names inside are ready.',
      'not judged api.demo.example.com: The public DNS did not answer.',
      'ok Pods are reached from all other machines, in 6 of 6 ways.',
      'ok None is about to end.',
      expect.stringMatching(/^ok All clocks are within \d+ s of that of this workstation\.$/),
    ]);
    const security = await judgeSecurity(ports, { ...found, cluster: { ...found.cluster, connection } }, FOREVER);
    expect(inWords(security)).toEqual(['ok CIS 5.1.1, 5.1.5, 5.2, 5.3.2, 5.6.4 met by what is in the API.']);
    expect(words).toMatch(/sh -s -- 10\.100\.\d\.2 10\.100\.\d\.2 10\.100\.\d\.2$/);
  });
});

function nodeCalled(name: string) {
  const metadata = { name, uid: name, resourceVersion: '1' };
  return { metadata, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
}

function leaseCalled(name: string, nowMs: number) {
  return { metadata: { name }, spec: { holderIdentity: 'x', renewTime: new Date(nowMs).toISOString() } };
}

function podOn(node: string, at: number) {
  const status = { podIP: `10.100.${at}.2`, conditions: [{ type: 'Ready', status: 'True' }] };
  return { metadata: { name: `dns-${at}`, namespace: 'kube-system' }, spec: { nodeName: node }, status };
}
