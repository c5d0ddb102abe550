import { expect, test } from 'vitest';
import { type KubernetesCluster, NAME, NODE_PORT, PUBLIC_PORT } from '../kubernetes-cluster.ts';

const IMAGE = 'example.com/web:1';
const PORT = 8_080;
const REPLICAS = 3;

/** As `restricted` wants it. */
const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

function container(args: readonly string[] = []) {
  return { name: 'web', image: IMAGE, args, securityContext: CONTAINER_SECURITY };
}

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: REPLICAS,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: { app: 'web' } },
          },
        ],
        nodeSelector: { 'node-role.kubernetes.io/worker': '' },
        containers: [container()],
      },
    },
  },
};

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: PORT, nodePort: NODE_PORT }] },
};

const BALANCED = {
  ...SERVICE,
  metadata: { name: 'public', namespace: 'default' },
  spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: PUBLIC_PORT, targetPort: PORT }] },
};

/** What a pod of its own hears there. */
function askedFromPod(cluster: KubernetesCluster, name: string, url: string): Promise<string> {
  const pod = { spec: { containers: [{ ...container(['get', url]), name }] } };
  const manner = ['--rm', '--attach', '--quiet', '--restart=Never'];
  return cluster.said('run', name, ...manner, `--image=${IMAGE}`, `--overrides=${JSON.stringify(pod)}`);
}

export function trafficChecks(cluster: KubernetesCluster): void {
  const asked = (name: string, url: string): Promise<string> => askedFromPod(cluster, name, url);

  test('takes a Deployment of three, which stand on both workers', async () => {
    await cluster.apply('web', DEPLOYMENT);
    await cluster.apply('service', SERVICE);
    await cluster.said('rollout', 'status', 'deployment/web', '--timeout=600s');
    const nodes = await cluster.said('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].spec.nodeName}');
    expect(new Set(nodes.split(' '))).toEqual(new Set(['worker-1', 'worker-2']));
  });

  test('lets pods reach each other across machines, and by their service', async () => {
    const addresses = await cluster.said('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].status.podIP}');
    for (const [index, address] of addresses.split(' ').entries()) {
      expect(await asked(`asks-${index}`, `http://${address}:${PORT}`)).toMatch(/^web-/);
    }
    const service = await cluster.said('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
    expect(await asked('asks-service', `http://${service}:${PORT}`)).toMatch(/^web-/);
  });

  test('finds the service by its name', async () => {
    expect(await asked('asks-name', `http://web.default.svc.cluster.local:${PORT}`)).toMatch(/^web-/);
  });

  test('answers on its node port on machines that have none of its pods', async () => {
    const ask = `curl -sS -m 20 http://127.0.0.1:${NODE_PORT} || curl -sS -m 20 "http://$OVERLAY_ADDRESS:${NODE_PORT}"`;
    const script = `. /etc/bootstrap/node.env; ${ask}`;
    const { output } = await cluster.place.good(['ssh', NAME, 'converged-1', '--', 'sudo', 'sh', '-c', `'${script}'`]);
    expect(output).toMatch(/web-/);
  });

  test('answers on its node port to whoever is at the workstation, for its file opens it', async () => {
    expect(await cluster.heardAt(NODE_PORT)).toMatch(/^web-/);
  });

  test('gives a balanced service the addresses of all machines, and its port leads there', async () => {
    await cluster.apply('public', BALANCED);
    const addresses = () =>
      cluster.said('get', 'service', 'public', '-o', 'jsonpath={.status.loadBalancer.ingress[*]}');
    await cluster.until(async () => {
      const shown = await addresses();
      return shown.includes(`"hostname":"${NAME}.localhost"`) ? undefined : `addresses: ${shown}`;
    });
    await cluster.until(async () => {
      const heard = await cluster.heardAt(PUBLIC_PORT).catch(String);
      return heard.startsWith('web-') ? undefined : heard;
    });
    expect(await cluster.heardAt(PUBLIC_PORT)).toMatch(/^web-/);
  });

  test('refuses a pod that wants privileges', async () => {
    const privileged = { ...container(), securityContext: { privileged: true } };
    const { code, output } = await cluster.kubectl(
      'run',
      'privileged',
      `--image=${IMAGE}`,
      `--overrides=${JSON.stringify({ spec: { containers: [{ ...privileged, name: 'privileged' }] } })}`,
    );
    expect(code).not.toBe(0);
    expect(output).toContain('violates PodSecurity "restricted');
  });
}

export function policyChecks(cluster: KubernetesCluster): void {
  test('lets nobody in whom a NetworkPolicy keeps out', async () => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'friends', namespace: 'default' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { run: 'friend' } } }] }],
      },
    };
    await cluster.apply('policy', policy);
    const url = `http://web.default.svc.cluster.local:${PORT}`;
    expect(await askedFromPod(cluster, 'friend', url)).toMatch(/^web-/);
    await expect(askedFromPod(cluster, 'stranger', url)).rejects.toThrow(/deadline exceeded|timed? ?out/i);
    await cluster.said('delete', 'networkpolicy', 'friends');
  });
}
