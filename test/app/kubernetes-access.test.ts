import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { kubeconfig } from '#app/kubeconfig.ts';
import { kubectl } from '#app/kubectl.ts';
import { KnownClusters } from '#app/known-clusters.ts';
import type { AppPorts } from '#app/ports.ts';
import { readCluster } from '#app/read-cluster.ts';
import { serviceOutputs } from '#app/service-outputs.ts';
import { deriveInstanceId, type InstanceId, parseAddress } from '#engine/address.ts';
import { isProblem, type Problem } from '#engine/problem.ts';
import type { ResourceRecord, Snapshot } from '#engine/record.ts';
import type { Authority } from '#pki/authority.ts';
import type { MachineCare, ReachedPort } from '#provider/machine-care.ts';
import { parse } from 'yaml';
import { z } from 'zod';
import { clusterAuthority, SmallApi } from '../kubernetes/support/small-api.ts';
import { Desk, FOREVER, TARGET } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

const DAY_MS = 86_400_000;
const ANYBODY = { groups: [], lifeMs: DAY_MS };
const API_NAME = 'api.demo.example.com';

/** A cluster as its state has it, on machines that are reached by these ways. */
async function readingOf(ways: readonly ReachedPort[] | 'acted', authority?: Authority) {
  const ports = desk.ports();
  const workstation = { ports, places: desk.places, clusters: new KnownClusters(ports, desk.places) };
  const reading = await readCluster(workstation, TARGET, FOREVER);
  const asked: unknown[] = [];
  const waysTo: MachineCare['waysTo'] = async (service) => {
    asked.push(service);
    return ways === 'acted' ? [] : ways;
  };
  const care: MachineCare = {
    powerOf: async () => 'on',
    stop: async () => undefined,
    start: async () => undefined,
    consoleOf: async (id) => ({ file: `/consoles/${id}` }),
    shellOf: () => Promise.reject(new Error('nobody is in')),
    waysTo,
  };
  const { cluster } = reading;
  const connection = { ...cluster.connection, care: ways === 'acted' ? undefined : care };
  const snapshot = withAuthority(reading.snapshot, authority);
  return { ports, asked, reading: { ...reading, snapshot, cluster: { ...cluster, connection } } };
}

function withAuthority(snapshot: Snapshot, authority: Authority | undefined): Snapshot {
  const address = parseAddress('authority.cluster');
  const others = [...snapshot.records].filter(([, record]) => record.address !== address);
  const instanceId = deriveInstanceId(snapshot.cluster, address, 1_000);
  const record: ResourceRecord = {
    address,
    kind: 'authority',
    instanceId,
    incarnation: 1_000,
    inputs: {},
    dependsOn: [],
    within: undefined,
    retain: false,
    deposed: false,
    problem: undefined,
    status: 'ready',
    outputs: authority,
    readyAtMs: 0,
  };
  return withRecords(snapshot, authority === undefined ? others : [...others, [instanceId, record]]);
}

function withRecords(snapshot: Snapshot, records: readonly (readonly [InstanceId, ResourceRecord])[]): Snapshot {
  const { cluster, serial, nextIncarnation, appliedBlueprint, released, tombstone } = snapshot;
  const instancesAt = (address: string) => records.map(([, one]) => one).filter((one) => one.address === address);
  return {
    cluster,
    serial,
    nextIncarnation,
    appliedBlueprint,
    released,
    tombstone,
    records: new Map(records),
    instancesAt,
    current: (address) => instancesAt(address).find(({ deposed }) => !deposed),
  };
}

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.alone();
  await desk.create();
});
afterAll(() => desk[Symbol.asyncDispose]());

async function refusalOf(act: Promise<unknown>): Promise<Problem> {
  const error: unknown = await act.catch((reason: unknown) => reason);
  if (isProblem(error)) return error;
  throw error;
}

const Config = z.object({
  clusters: z.tuple([
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.string(),
        'tls-server-name': z.string(),
        'certificate-authority-data': z.string(),
      }),
    }),
  ]),
  users: z.tuple([
    z.object({ user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }) }),
  ]),
  'current-context': z.string(),
});

const OPENSSL = 'openssl';

function openssl(args: readonly string[], input: Buffer): string {
  return execFileSync(OPENSSL, args, { input, encoding: 'utf8' });
}

describe('the ports of services', () => {
  const open = [
    { port: 30_080, through: 30_080, protocol: 'tcp', from: ['0.0.0.0/0'] },
    { port: 30_100, through: 30_101, protocol: 'tcp', from: ['0.0.0.0/0'] },
  ] as const;

  test('are told by the name of the sites, which stands for the machines that serve them', async () => {
    const { reading, asked } = await readingOf([]);
    const { cluster, snapshot, file } = reading;
    const spec = { ...file.spec, network: { ...file.spec.network, open } };
    expect(await serviceOutputs({ cluster, snapshot, spec }, FOREVER)).toEqual([
      { name: 'port 30080', value: 'demo.example.com:30080' },
      { name: 'ports 30100-30101', value: 'demo.example.com' },
    ]);
    expect(await serviceOutputs({ cluster, snapshot, spec: file.spec }, FOREVER)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('are ports of the workstation where nobody else knows that name', async () => {
    const { reading, asked } = await readingOf([{ host: '127.0.0.1', port: 20_345 }]);
    const { snapshot, file } = reading;
    const cluster = { ...reading.cluster, known: { ...reading.cluster.known, provider: 'local' as const } };
    const spec = { ...file.spec, network: { ...file.spec.network, open } };
    expect(await serviceOutputs({ cluster, snapshot, spec }, FOREVER)).toEqual(
      [80, 443, 30_080, 30_100, 30_101].map((port) => ({ name: `port ${port}`, value: '127.0.0.1:20345' })),
    );
    const workers = { machines: [expect.stringMatching(/^i-/)], name: 'demo.example.com' };
    expect(asked).toEqual([80, 443, 30_080, 30_100, 30_101].map((port) => ({ ...workers, port })));
  });
});

describe('a kubeconfig', () => {
  test('leads to the endpoint that answers, believes the cluster alone, and is for its owner', async () => {
    await using api = await SmallApi.open(clusterAuthority(), API_NAME);
    const closed = { host: '127.0.0.1', port: 1 };
    const { ports, reading, asked } = await readingOf([closed, api.endpoint], api.authority);
    const written = await kubeconfig(ports, reading, ANYBODY, FOREVER);
    expect(asked).toEqual([{ machines: [expect.stringMatching(/^i-/)], port: 6_443, name: API_NAME }]);
    expect(written).toMatchObject({
      path: join(desk.home, '.local/state/bootstrap/clusters/demo/kubeconfig'),
      server: `https://127.0.0.1:${api.endpoint.port}`,
      groups: ['bootstrap:admins'],
    });
    expect(statSync(written.path).mode & 0o777).toBe(0o600);
    const config = Config.parse(parse(readFileSync(written.path, 'utf8')));
    expect(config['current-context']).toBe('demo');
    const [{ cluster }] = config.clusters;
    expect(cluster).toEqual({
      server: written.server,
      'tls-server-name': API_NAME,
      'certificate-authority-data': Buffer.from(api.authority.certificate).toString('base64'),
    });
    // OpenSSL judges what is written there.
    const [{ user }] = config.users;
    const leaf = Buffer.from(user['client-certificate-data'], 'base64');
    const said = openssl(['x509', '-noout', '-subject', '-nameopt', 'RFC2253', '-ext', 'extendedKeyUsage'], leaf);
    expect(said).toContain(`CN=${written.user},O=bootstrap:admins`);
    expect(said).toContain('TLS Web Client Authentication');
    const key = Buffer.from(user['client-key-data'], 'base64');
    expect(openssl(['pkey', '-pubout'], key)).toBe(openssl(['x509', '-noout', '-pubkey'], leaf));
  });

  test('takes the place of the one before it, and of nothing else', async () => {
    await using api = await SmallApi.open(clusterAuthority(), API_NAME);
    const { ports, reading } = await readingOf([api.endpoint], api.authority);
    const to = join(desk.home, 'config');
    await writeFile(to, 'apiVersion: v1\nkind: Config\nclusters: [everything]\n');
    const refused = await refusalOf(kubeconfig(ports, reading, { ...ANYBODY, to }, FOREVER));
    expect([refused.code, refused.detail]).toEqual(['kubeconfig.foreign', `${to} is there already.`]);
    expect(readFileSync(to, 'utf8')).toContain('everything');
    const own = join(desk.home, 'own');
    const first = await kubeconfig(ports, reading, { ...ANYBODY, to: own }, FOREVER);
    const again = await kubeconfig(ports, reading, { ...ANYBODY, to: own, user: 'ci', groups: ['viewers'] }, FOREVER);
    expect([first.groups, again.user, again.groups]).toEqual([['bootstrap:admins'], 'ci', ['viewers']]);
    expect(readdirSync(desk.home).filter((name) => name.startsWith('own'))).toEqual(['own']);
  });

  test('ends with its authority at the latest', async () => {
    await using api = await SmallApi.open(clusterAuthority(), API_NAME);
    const { ports, reading } = await readingOf([api.endpoint], api.authority);
    const { untilMs } = await kubeconfig(ports, reading, { ...ANYBODY, lifeMs: 7 * DAY_MS }, FOREVER);
    expect(untilMs).toBeLessThan(Date.now() + DAY_MS + 60_000);
  });

  test('is not written where nothing answers, is switched on, is signed or was ever to be', async () => {
    const authority = clusterAuthority();
    const refusal = async (ways: Parameters<typeof readingOf>[0], signer?: Authority): Promise<readonly string[]> => {
      const { ports, reading } = await readingOf(ways, signer);
      const { code, detail } = await refusalOf(kubeconfig(ports, reading, ANYBODY, FOREVER));
      return [code, detail];
    };
    expect(await refusal('acted', authority)).toEqual([
      'kubernetes.absent',
      'The machines of demo are acted: there is no API on them.',
    ]);
    expect(await refusal([])).toEqual([
      'kubernetes.absent',
      'demo has no authority for it yet: it was never made so far.',
    ]);
    expect(await refusal([], authority)).toEqual(['kubernetes.unreachable', 'None of control-plane-1 is switched on.']);
    const [code, detail] = await refusal([{ host: '127.0.0.1', port: 1 }], authority);
    expect(code).toBe('kubernetes.unreachable');
    expect(detail).toContain('127.0.0.1:1: connect ECONNREFUSED');
  });

  test('is not for a cluster whose nodes end before it', async () => {
    const { ports, reading } = await readingOf([], clusterAuthority());
    const inputs = { name: 'control-plane-1', stages: ['network', 'etcd'] };
    const records = [...reading.snapshot.records].map(([id, record]) => {
      const ended: ResourceRecord = record.kind === 'node' ? { ...record, inputs } : record;
      return [id, ended] as const;
    });
    const snapshot = withRecords(reading.snapshot, records);
    const { code } = await refusalOf(kubeconfig(ports, { ...reading, snapshot }, ANYBODY, FOREVER));
    expect(code).toBe('kubernetes.absent');
  });
});

describe('kubectl', () => {
  /** A workstation with or without one. */
  async function portsWith(installed: boolean): Promise<AppPorts> {
    const ports = desk.ports();
    const program = join(desk.home, 'bin/kubectl');
    await mkdir(join(desk.home, 'bin'), { recursive: true });
    await writeFile(program, '#!/bin/sh\n');
    await chmod(program, 0o755);
    const workshop: AppPorts['workshop'] = async () => {
      const found = await ports.workshop();
      const find = async () => (installed ? program : undefined);
      return { ...found, programs: Object.assign(found.programs, { find }) };
    };
    return { ...ports, workshop };
  }

  test('is told where the API is in a file that is there as long as it runs', async () => {
    await using api = await SmallApi.open(clusterAuthority(), API_NAME);
    const { reading } = await readingOf([api.endpoint], api.authority);
    const ports = await portsWith(true);
    const directory = join(desk.home, '.local/state/bootstrap/clusters/demo/kubectl');
    const { program, variables = {}, end } = await kubectl(ports, reading, FOREVER);
    expect(program).toBe(join(desk.home, 'bin/kubectl'));
    const { KUBECONFIG: path = '', KUBECACHEDIR: cache } = variables;
    expect(cache).toBe(`${directory}-cache-${reading.cluster.known.uid}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Config.parse(parse(readFileSync(path, 'utf8'))).clusters[0].cluster.server).toBe(
      `https://127.0.0.1:${api.endpoint.port}`,
    );
    expect(api.heard.map(({ groups }) => groups)).toEqual([['bootstrap:admins']]);
    await end();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('takes along what calls have left that were killed long ago, and nothing of those that run', async () => {
    await using api = await SmallApi.open(clusterAuthority(), API_NAME);
    const { reading } = await readingOf([api.endpoint], api.authority);
    const ports = await portsWith(true);
    const running = await kubectl(ports, reading, FOREVER);
    const directory = join(desk.home, '.local/state/bootstrap/clusters/demo/kubectl');
    const old = join(directory, 'left');
    writeFileSync(old, '');
    utimesSync(old, Date.now() / 1_000 - 3_600, Date.now() / 1_000 - 3_600);
    const next = await kubectl(ports, reading, FOREVER);
    expect(readdirSync(directory)).toHaveLength(2);
    await Promise.all([running.end(), next.end()]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is named when it is missing', async () => {
    const { reading } = await readingOf([{ host: '127.0.0.1', port: 1 }], clusterAuthority());
    const { code, detail } = await refusalOf(kubectl(await portsWith(false), reading, FOREVER));
    expect(code).toBe('workstation.program-missing');
    expect(detail).toContain('kubernetes-client');
  });
});
