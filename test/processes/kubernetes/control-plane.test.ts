import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { machineSecurity } from '#app/validation/machine-security.ts';
import { judgeMachineSecurity } from '#app/validation/security.ts';
import { sectionsOf } from '#cloud-init/look-script.ts';
import { type Ended } from '../etcd/etcd-machine.ts';
import { good } from '../etcd/etcd-members.ts';
import { ControlPlanes, NAMES } from './control-planes.ts';
import { type Identity, newAuthority } from './kubernetes-authorities.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';

const [FIRST, SECOND] = NAMES;
const UNITS = ['apiserver', 'controller-manager', 'scheduler'];
const API = 'https://127.0.0.1:6443';
const SECRET = 'hidden-from-everybody';

/** What a pod needs that owns its machine. */
const PRIVILEGED = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'owner' },
  spec: { containers: [{ name: 'owner', image: 'none', securityContext: { privileged: true } }] },
};

const AuditEvent = z.looseObject({
  level: z.string(),
  verb: z.string(),
  user: z.looseObject({ username: z.string().optional() }),
  objectRef: z.looseObject({ resource: z.string().optional(), name: z.string().optional() }).optional(),
});

describe('two machines of a control plane', () => {
  const programs = kubernetesPrograms();
  let planes: ControlPlanes;
  let admin: Identity;

  beforeAll(async () => {
    planes = await ControlPlanes.open(programs);
    admin = planes.authorities.identity({ commonName: 'somebody', organizations: ['system:masters'] });
    for (const stage of ['seat', 'etcd']) for (const ended of await planes.stage(stage)) good(ended);
  });

  afterAll(async () => {
    await planes[Symbol.asyncDispose]();
  });

  const ask = (args: readonly string[], who = admin): Promise<Ended> => planes.kubectl(who, args);

  test('serve the API, each by itself, and are left alone when the stage is run again', async () => {
    for (const ended of await planes.stage('apiserver')) good(ended);
    for (const name of NAMES) {
      expect(good(await planes.kubectl(admin, ['get', '--raw', '/readyz'], { name }))).toBe('ok');
    }
    const before = await planes.processes(FIRST, UNITS);
    for (const ended of await planes.stage('apiserver')) expect(good(ended)).toBe('');
    expect(await planes.processes(FIRST, UNITS)).toEqual(before);
  });

  test('tell strangers how they are, and nothing else; whom another authority certifies is a stranger', async () => {
    const curl = (path: string, ...more: readonly string[]) =>
      planes.machine(FIRST).run('curl', '-sk', '-o', '/dev/null', '-w', '%{http_code}', ...more, API + path);
    const answers = await Promise.all(['/readyz', '/livez', '/healthz', '/version', '/api'].map((path) => curl(path)));
    expect(answers.map(({ output }) => output)).toEqual(['200', '200', '200', '401', '401']);
    const stranger = planes.authorities.identity(
      { commonName: 'x', organizations: ['system:masters'] },
      newAuthority('x'),
    );
    expect((await ask(['get', 'nodes'], stranger)).output).toContain('You must be logged in to the server');
  });

  test('agree on one that controls and one that schedules', async () => {
    const holders = await planes.until('two leases', async () => {
      const path = ['get', 'lease', '-n', 'kube-system', 'kube-controller-manager', 'kube-scheduler'];
      const { code, output } = await ask([...path, '-o', 'jsonpath={.items[*].spec.holderIdentity}']);
      return code === 0 && output.split(' ').length === 2 ? output : undefined;
    });
    expect(holders.split(' ').every((holder) => holder !== '')).toBe(true);
  });

  test('are started with all that the benchmark asks for, and answer nobody who shows nothing', async () => {
    const look = fileURLToPath(new URL('../../../cloud-init/looks/security.sh', import.meta.url));
    const sections = sectionsOf(good(await planes.machine(FIRST).run('sh', look)));
    const found = judgeMachineSecurity('demo', [machineSecurity({ node: FIRST, sections })]);
    const judged = new Set(found.map(({ where }) => where));
    expect([...judged]).toEqual(expect.arrayContaining(['apiserver', 'controller-manager', 'scheduler', 'etcd']));
    // Here there are no users of their own.
    expect(found.filter(({ verdict, what }) => verdict !== 'ok' && !what.includes('1.1.11'))).toEqual([]);
  });

  test('keep secrets encrypted, and write down who asked for what, but not what it was', async () => {
    good(await ask(['create', 'secret', 'generic', 'first', `--from-literal=password=${SECRET}`]));
    const stored = good(await planes.machine(FIRST).etcdctl('get', '/registry/secrets/default/first'));
    expect(stored).toContain('k8s:enc:secretbox:v1:first:');
    expect(stored).not.toContain(SECRET);
    const log = await readFile(planes.machine(FIRST).path('var/log/bootstrap/audit/audit.log'), 'utf8');
    const events = log
      .trimEnd()
      .split('\n')
      .map((line) => AuditEvent.parse(JSON.parse(line)));
    const created = events.find(({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'first');
    expect(created).toMatchObject({ level: 'Metadata', user: { username: 'somebody' } });
    expect(log).not.toContain(SECRET);
    expect(events.filter(({ objectRef }) => objectRef?.resource === 'leases')).toEqual([]);
  });

  test('refuse what is privileged but in the namespace of the system', async () => {
    await planes.until('a service account', async () => {
      const { code } = await ask(['get', 'serviceaccount', 'default', '-n', 'default']);
      return code === 0 || undefined;
    });
    await planes.machine(FIRST).write('pod.json', JSON.stringify(PRIVILEGED));
    const create = ['create', '-f', planes.machine(FIRST).path('pod.json'), '-n'];
    expect((await ask([...create, 'default'])).output).toContain('violates PodSecurity "restricted:latest"');
    await planes.until('a service account of the system', async () => {
      const { code } = await ask([...create, 'kube-system']);
      return code === 0 || undefined;
    });
  });

  test('let a node see and change itself, and no other; no secret that is not for its pods', async () => {
    const node = await planes.ownIdentity(SECOND, 'kubelet');
    const manifest = (name: string) => JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    for (const name of [SECOND, 'another']) await planes.machine(FIRST).write(`${name}.json`, manifest(name));
    const create = (name: string) => ask(['create', '-f', planes.machine(FIRST).path(`${name}.json`)], node);
    good(await create(SECOND));
    expect((await create('another')).output).toContain('forbidden');
    expect(good(await ask(['get', 'node', SECOND, '-o', 'name'], node))).toBe(`node/${SECOND}\n`);
    good(await ask(['label', 'node', SECOND, 'topology.kubernetes.io/zone=local-1a'], node));
    expect((await ask(['label', 'node', SECOND, 'node-role.kubernetes.io/control-plane='], node)).output).toContain(
      'forbidden',
    );
    expect((await ask(['get', 'secret', 'first'], node)).output).toContain('forbidden');
    expect((await ask(['get', 'secrets', '-A'], node)).output).toContain('forbidden');
  });

  test('certify nobody by themselves', async () => {
    const logs = NAMES.map((name) => planes.machine(name).log('bootstrap-controller-manager.service'));
    const disabled = /controller is disabled.*certificatesigningrequest-(signing|approving)-controller/g;
    const found = [...(await Promise.all(logs)).join('').matchAll(disabled)].map(([, name = '']) => name);
    expect(new Set(found)).toEqual(new Set(['approving', 'signing']));
  });

  test('start again what is to work otherwise, once', async () => {
    const server = () => planes.processes(FIRST, ['apiserver']);
    const before = await server();
    const path = planes.machine(FIRST).path('etc/bootstrap/node.env');
    await planes.machine(FIRST).write('etc/bootstrap/node.env', `${await readFile(path, 'utf8')}MORE=yes\n`);
    good(await planes.machine(FIRST).stage('apiserver'));
    const after = await server();
    expect(after).not.toEqual(before);
    good(await planes.machine(FIRST).stage('apiserver'));
    expect(await server()).toEqual(after);
  });
});
