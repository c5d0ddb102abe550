import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type Ended } from '../etcd/etcd-machine.ts';
import { good } from '../etcd/etcd-members.ts';
import { ControlPlanes, type Name, NAMES } from './control-planes.ts';
import type { Identity } from './kubernetes-authorities.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';

// Two machines become whole nodes before anything is asked.
vi.setConfig({ hookTimeout: 300_000, testTimeout: 300_000 });

const [FIRST, SECOND] = NAMES;
const UNIT = 'bootstrap-services.service';
const ACCESS = fileURLToPath(new URL('../../../src/kubernetes/manifests/access.yaml', import.meta.url));
const HOSTNAME = 'sites.test';
const EVERYWHERE = ['10.98.0.1', '10.98.0.2', HOSTNAME];
const TARGET_PORT = 8_080;
const PATIENCE = { timeout: 90_000, interval: 250 };
const ANSWER = 'what stands behind the service';
/** As the rest of the cluster knows the machines of this stand. */
const SERVING: Readonly<Record<Name, string>> = { [FIRST]: 'converged-1', [SECOND]: 'worker-1' };

const Shown = z.looseObject({
  status: z.looseObject({
    loadBalancer: z.looseObject({
      ingress: z.array(z.looseObject({ ip: z.string().optional(), hostname: z.string().optional() })).default([]),
    }),
  }),
});

describe('a service of the type LoadBalancer', () => {
  let planes: ControlPlanes;
  let admin: Identity;

  beforeAll(async () => {
    planes = await ControlPlanes.open(kubernetesPrograms());
    admin = planes.authorities.identity({ commonName: 'somebody', organizations: ['system:masters'] });
    for (const name of NAMES) await planes.machine(name).write('var/lib/bootstrap/peers.json', peersOf(planes));
    for (const stage of ['seat', 'etcd', 'apiserver']) for (const ended of await planes.stage(stage)) good(ended);
    // Nobody here is heard of again and again: it would call every node lost.
    for (const name of NAMES) await systemctl(name, 'stop', 'bootstrap-controller-manager.service');
    await planes.machine(FIRST).write('access.yaml', await readFile(ACCESS, 'utf8'));
    good(await kubectl('apply', '-f', planes.machine(FIRST).path('access.yaml')));
    for (const node of [...NAMES, ...Object.values(SERVING)]) await comeForward(node);
    await Promise.all(NAMES.map(beNode));
    await planes.machine(FIRST).write('page/index.html', ANSWER);
    void planes
      .machine(FIRST)
      .run('python3', '-m', 'http.server', String(TARGET_PORT), '-d', planes.machine(FIRST).path('page'));
  });

  afterAll(async () => {
    await planes[Symbol.asyncDispose]();
  });

  const kubectl = (...args: readonly string[]): Promise<Ended> => planes.kubectl(admin, args);
  const systemctl = (name: Name, ...words: readonly string[]) =>
    planes.machine(name).run(planes.machine(name).path('bin/systemctl'), ...words);

  test('is given the addresses of the machines that serve, and answers at each of them', async () => {
    good(await apply(service('web', 80)));
    good(await apply(endpointsOf('web')));
    await expect.poll(() => shown('web'), PATIENCE).toEqual(EVERYWHERE);
    for (const name of NAMES) await answersAt(name, 80);
  });

  test('is taken from a machine that is about to go, is lost or has gone, and given back', async () => {
    const going = SERVING[SECOND];
    good(await kubectl('cordon', going));
    await expect.poll(() => shown('web'), PATIENCE).toEqual([planes.address(FIRST), HOSTNAME]);
    await planes.until('silence', async () => ((await visit(SECOND, 80)) === undefined ? true : undefined));
    await answersAt(FIRST, 80);
    good(await kubectl('uncordon', going));
    await expect.poll(() => shown('web'), PATIENCE).toEqual(EVERYWHERE);
    await answersAt(SECOND, 80);
    good(await setReady(going, 'Unknown'));
    await expect.poll(() => shown('web'), PATIENCE).toEqual([planes.address(FIRST), HOSTNAME]);
    good(await setReady(going, 'True'));
    await expect.poll(() => shown('web'), PATIENCE).toEqual(EVERYWHERE);
    good(await kubectl('delete', 'node', going));
    await expect.poll(() => shown('web'), PATIENCE).toEqual([planes.address(FIRST), HOSTNAME]);
    await comeForward(going);
    await expect.poll(() => shown('web'), PATIENCE).toEqual(EVERYWHERE);
  });

  test('waits for a port that another one has, and says for whose', async () => {
    good(await apply(service('second', 80)));
    const message = 'Port 80/TCP of the machines is taken by the service default/web.';
    await planes.until('a reason', async () => {
      const events = ['get', 'events', '--field-selector', 'involvedObject.name=second'];
      const told = good(await kubectl(...events, '-o', 'jsonpath={.items[*].message}'));
      return told === message || undefined;
    });
    await expect.poll(() => shown('second'), PATIENCE).toEqual([]);
    await expect.poll(() => shown('web'), PATIENCE).toEqual(EVERYWHERE);
    good(await kubectl('delete', 'service', 'web'));
    await expect.poll(() => shown('second'), PATIENCE).toEqual(EVERYWHERE);
  });

  test('never has the way in by SSH or to the API', async () => {
    for (const [name, port] of [
      ['ssh', 22],
      ['api', 6_443],
    ] as const) {
      good(await apply(service(name, port)));
      await planes.until('a refusal', async () => {
        const log = (await Promise.all(NAMES.map((each) => planes.machine(each).log(UNIT)))).join('');
        return log.includes(`default/${name}: Port ${port}/TCP is one that machines have for themselves.`) || undefined;
      });
      await expect.poll(() => shown(name), PATIENCE).toEqual([]);
    }
  });

  test('is left alone when its class is another’s, and gives back what it had with its type', async () => {
    const foreign = service('foreign', 90);
    good(await apply({ ...foreign, spec: { ...foreign.spec, loadBalancerClass: 'example.com/another' } }));
    const own = [{ ip: '192.0.2.1', ipMode: 'VIP' }];
    const status = JSON.stringify({ status: { loadBalancer: { ingress: own } } });
    good(await kubectl('patch', 'service', 'foreign', '--subresource=status', '--type=merge', '-p', status));
    good(await apply(service('third', 91)));
    await expect.poll(() => shown('third'), PATIENCE).toEqual(EVERYWHERE);
    await expect.poll(() => shown('foreign'), PATIENCE).toEqual(['192.0.2.1']);
    good(await kubectl('patch', 'service', 'third', '-p', '{"spec":{"type":"ClusterIP"}}'));
    await expect.poll(() => shown('third'), PATIENCE).toEqual([]);
    good(await apply(service('fourth', 91)));
    await expect.poll(() => shown('fourth'), PATIENCE).toEqual(EVERYWHERE);
  });

  test('keeps its port when an elder comes to want it too, and gives it back as soon as it is to go', async () => {
    const wants = async (...ports: readonly number[]) => {
      const spec = { ports: ports.map((port) => ({ name: `p${port}`, port, targetPort: TARGET_PORT })) };
      good(await kubectl('patch', 'service', 'second', '--type=merge', '-p', JSON.stringify({ spec })));
    };
    await wants(80, 91);
    await expect.poll(() => shown('second'), PATIENCE).toEqual([]);
    expect(await shown('fourth')).toEqual(EVERYWHERE);
    await wants(80);
    await expect.poll(() => shown('second'), PATIENCE).toEqual(EVERYWHERE);
    const held = service('held', 93);
    good(await apply({ ...held, metadata: { ...held.metadata, finalizers: ['example.com/last'] } }));
    await expect.poll(() => shown('held'), PATIENCE).toEqual(EVERYWHERE);
    good(await kubectl('delete', 'service', 'held', '--wait=false'));
    await expect.poll(() => shown('held'), PATIENCE).toEqual([]);
    good(await apply(service('next', 93)));
    await expect.poll(() => shown('next'), PATIENCE).toEqual(EVERYWHERE);
  });

  test('gets its addresses from another machine when the one that gave them stands still', async () => {
    const held = ['get', 'lease', '-n', 'kube-system', 'bootstrap-services', '-o', 'jsonpath={.spec.holderIdentity}'];
    const heldBy = good(await kubectl(...held));
    await systemctl(heldBy === FIRST ? FIRST : SECOND, 'stop', UNIT);
    good(await apply(service('late', 92)));
    await expect.poll(() => shown('late'), PATIENCE).toEqual(EVERYWHERE);
    expect(good(await kubectl(...held))).not.toBe(heldBy);
  });

  test('lets whoever gives it addresses write its status, and nothing beside', async () => {
    const who = await planes.ownIdentity(FIRST, 'services');
    const may = async (...what: readonly string[]) =>
      (await planes.kubectl(who, ['auth', 'can-i', ...what])).output.split('\n')[0];
    expect(await may('patch', 'services', '--subresource=status')).toBe('yes');
    for (const what of [
      ['patch', 'services'],
      ['patch', 'nodes'],
      ['get', 'secrets'],
      ['update', 'leases', '-n', 'kube-system'],
      ['list', 'pods'],
    ]) {
      expect(await may(...what)).toBe('no');
    }
  });

  /** As machines are, up to what leads to services: the part of kubelet is played by the test. */
  async function beNode(name: Name): Promise<void> {
    await planes.replaceProgram(name, 'kubelet', 'exec sleep 3600');
    good(await planes.machine(name).run('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'));
    good(await planes.machine(name).stage('kubelet'));
  }

  async function comeForward(name: string): Promise<void> {
    good(await apply({ apiVersion: 'v1', kind: 'Node', metadata: { name } }));
    good(await setReady(name, 'True'));
  }

  function setReady(name: string, status: string): Promise<Ended> {
    const condition = { type: 'Ready', status, reason: 'Told', message: 'told' };
    const patch = JSON.stringify({ status: { conditions: [condition] } });
    return kubectl('patch', 'node', name, '--subresource=status', '-p', patch);
  }

  async function apply(manifest: object): Promise<Ended> {
    await planes.machine(FIRST).write('manifest.json', JSON.stringify(manifest));
    return kubectl('apply', '--validate=strict', '-f', planes.machine(FIRST).path('manifest.json'));
  }

  function endpointsOf(name: string): object {
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [planes.address(FIRST)] }],
      ports: [{ name: '', port: TARGET_PORT, protocol: 'TCP' }],
    };
  }

  async function shown(name: string): Promise<readonly (string | undefined)[]> {
    const { status } = Shown.parse(JSON.parse(good(await kubectl('get', 'service', name, '-o', 'json'))));
    return status.loadBalancer.ingress.map(({ ip, hostname }) => ip ?? hostname);
  }

  function visit(name: Name, port: number): Promise<string | undefined> {
    return planes.visit(`http://${planes.address(name)}:${port}/`);
  }

  async function answersAt(name: Name, port: number): Promise<void> {
    expect(await planes.until(`an answer of ${name}`, () => visit(name, port))).toBe(ANSWER);
  }
});

function service(name: string, port: number) {
  const spec = { type: 'LoadBalancer', ports: [{ port, targetPort: TARGET_PORT }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}

/** As the list of peers has the machines; one of them serves nobody. */
function peersOf(planes: ControlPlanes): string {
  const serving = NAMES.map((name) => [SERVING[name], planes.address(name)] as const);
  const peers = [...serving, ['storage-1', '10.98.0.9'] as const].map(([node, overlayAddress]) => ({
    node,
    overlayAddress,
    endpoints: { near: `${overlayAddress}:51820`, far: '' },
  }));
  return JSON.stringify({ format: 1, peers });
}
