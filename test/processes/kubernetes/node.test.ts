import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended } from '../etcd/etcd-machine.ts';
import { good } from '../etcd/etcd-members.ts';
import { ControlPlanes, NAMES } from './control-planes.ts';
import type { Identity } from './kubernetes-authorities.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';

const [FIRST, SECOND] = NAMES;
const BALANCER_PORT = 6_444;
/** As it is here, and not on machines: no containers, and groups of processes of the first kind. */
const OF_THIS_WORKSTATION = /cgroup v1 support is unsupported|container runtime|containerd\.sock/;

describe('a node of Kubernetes, on a machine of the control plane', () => {
  const programs = kubernetesPrograms();
  let planes: ControlPlanes;
  let node: Identity;
  let stage: Promise<Ended>;

  beforeAll(async () => {
    planes = await ControlPlanes.open(programs);
    node = await planes.ownIdentity(FIRST, 'kubelet');
    for (const before of ['seat', 'etcd', 'apiserver']) {
      for (const ended of await planes.stage(before)) good(ended);
    }
    // The part of kubelet is played by the test.
    await planes.replaceProgram(FIRST, 'kubelet', 'exec sleep 3600');
    stage = planes.machine(FIRST).stage('kubelet');
  });

  afterAll(async () => {
    await planes[Symbol.asyncDispose]();
  });

  const machine = () => planes.machine(FIRST);
  const ask = (args: readonly string[]): Promise<Ended> => planes.kubectl(node, args, { port: BALANCER_PORT });

  test('waits until the API calls it ready, and says what is missing', async () => {
    const log = () => machine().read('var/log/bootstrap/kubelet.log');
    const waits = async (what: string) => (await log()).includes(`Waiting: ${what}\n`) || undefined;
    await planes.until('its first question', () => waits('it has not made itself known yet'));
    await machine().write('node.json', JSON.stringify(NODE));
    await planes.until('a server', async () => {
      const { code } = await ask(['create', '-f', machine().path('node.json')]);
      return code === 0 || undefined;
    });
    await planes.until('its second question', () => waits('it has not said yet how it is'));
    good(await setReady('False'));
    await planes.until('its third question', () => waits('containers are not there yet'));
    good(await setReady('True'));
    expect((await stage).code).toBe(0);
  });

  test('leads what runs on it to services', async () => {
    const readyz = await planes.until('the service kubernetes', async () => {
      const { code, output } = await machine().run('curl', '-sk', '-m', '3', 'https://10.96.0.1/readyz');
      return code === 0 ? output : undefined;
    });
    expect(readyz).toBe('ok');
    expect(good(await machine().run('nft', 'list', 'tables'))).toContain('table ip kube-proxy');
  });

  test('finds the API as long as one of its servers is there', async () => {
    good(await machine().run(machine().path('bin/systemctl'), 'stop', 'bootstrap-apiserver.service'));
    await planes.until('the other server alone', async () => {
      const answers = [1, 2, 3, 4].map(() => ask(['get', 'node', FIRST, '-o', 'name']));
      const codes = (await Promise.all(answers)).map(({ code }) => code);
      return codes.every((code) => code === 0) || undefined;
    });
    expect(await machine().log('bootstrap-balancer.service')).toContain(
      `Server apiserver/at-${planes.address(FIRST)} is DOWN`,
    );
    good(await machine().fire('bootstrap-apiserver.service'));
  });

  test('leads to servers that have come, and no longer to what has become something else, without a break', async () => {
    const [before] = await planes.processes(FIRST, ['balancer']);
    const peers = [
      { node: FIRST, overlayAddress: planes.address(FIRST) },
      { node: 'worker-7', overlayAddress: planes.address(SECOND) },
      { node: 'control-plane-3', overlayAddress: '10.98.0.3' },
    ];
    await machine().write('var/lib/bootstrap/peers.json', JSON.stringify({ format: 1, peers }));
    good(await machine().stage('kubelet'));
    const config = await machine().read('var/lib/bootstrap/balancer.cfg');
    expect(config.match(/^ {2}server .*$/gm)).toEqual(
      [`  server ${FIRST} ${planes.address(FIRST)}:6443`, '  server control-plane-3 10.98.0.3:6443'].toSorted(),
    );
    await planes.until('the new list', async () => {
      const log = await machine().log('bootstrap-balancer.service');
      return log.includes('Server apiserver/control-plane-3 is DOWN') || undefined;
    });
    expect(await planes.processes(FIRST, ['balancer'])).toEqual([before]);
    good(await ask(['get', 'node', FIRST]));
  });

  test('is told how to work in words that kubelet understands', async () => {
    const config = machine().path('etc/bootstrap/kubernetes/kubelet.yaml');
    const { code, output } = await machine().run(join(programs, 'kubelet'), '--config', config);
    expect(code).toBe(1);
    expect(output).toMatch(OF_THIS_WORKSTATION);
    expect(output).not.toContain('strict decoding');
    const wrong = (await machine().read('etc/bootstrap/kubernetes/kubelet.yaml')).replace(
      'podPidsLimit',
      'podPidsLimits',
    );
    await machine().write('wrong.yaml', wrong);
    const refused = await machine().run(join(programs, 'kubelet'), '--config', machine().path('wrong.yaml'));
    expect(refused.output).toContain('strict decoding failed');
  });

  function setReady(status: string): Promise<Ended> {
    const condition = { type: 'Ready', status, message: 'containers are not there yet', reason: 'NotYet' };
    const addresses = [{ type: 'InternalIP', address: planes.address(FIRST) }];
    const patch = JSON.stringify({ status: { conditions: [condition], addresses } });
    const pki = machine().path('etc/bootstrap/pki/kubelet');
    const own = ['--cacert', `${pki}-ca.crt`, '--cert', `${pki}.crt`, '--key', `${pki}.key`];
    const merge = ['-X', 'PATCH', '-H', 'Content-Type: application/merge-patch+json', '-d', patch];
    const url = `https://127.0.0.1:${BALANCER_PORT}/api/v1/nodes/${FIRST}/status`;
    return machine().run('curl', '-sSf', ...own, ...merge, url);
  }
});

const NODE = { apiVersion: 'v1', kind: 'Node', metadata: { name: FIRST } };
