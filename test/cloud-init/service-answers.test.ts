import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const SCRIPTS = fileURLToPath(new URL('../../cloud-init/node', import.meta.url));
const DECIDE = `
import json, sys
sys.path.insert(0, sys.argv[1])
from service_answers import Node, Service, answers, ingress_of
given = json.load(sys.stdin)
services = [Service.read(one) for one in given['services']]
nodes = [Node.read(one) for one in given['nodes']]
ingress = ingress_of(nodes, given['peers'], given['outside'], 'blog.example.com')
found = answers(services, ingress, {('TCP', 22)})
names = {service.uid: service.name for service in services}
print(json.dumps({names[uid]: answer.message or [one.get('ip') or one['hostname'] for one in answer.ingress]
                  for uid, answer in found.items()}))
`;
const Decided = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const HOSTNAME = 'blog.example.com';
const EXCLUDED = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' };

interface Given {
  readonly services?: readonly object[];
  readonly nodes?: readonly object[];
  readonly peers?: readonly object[];
  readonly outside?: string;
}

/** What each service shows, or why it shows nothing. */
function decide({ services = [service('web')], nodes = NODES, peers = PEERS, outside = '' }: Given = {}) {
  const input = JSON.stringify({ services, nodes, peers, outside });
  return Decided.parse(JSON.parse(execFileSync('python3', ['-B', '-c', DECIDE, SCRIPTS], { input, encoding: 'utf8' })));
}

const NODES = [node('worker-1'), node('worker-2'), node('control-plane-1')];
const PEERS = [
  peer('worker-1', '10.42.0.7'),
  peer('worker-2', '10.42.1.3'),
  peer('storage-1', '10.42.0.9'),
  peer('control-plane-1', '10.42.0.1'),
];

describe('the machines that answer for a service', () => {
  test('are those that serve sites, each at the address at which packets arrive there', () => {
    expect(decide()).toEqual({ web: ['10.42.0.7', '10.42.1.3', HOSTNAME] });
    expect(decide({ outside: '10.0.2.15' })).toEqual({ web: ['10.42.0.7', '10.42.1.3', '10.0.2.15', HOSTNAME] });
  });

  test.each([
    ['is not ready', node('worker-2', { ready: 'Unknown' })],
    ['is about to go', node('worker-2', { unschedulable: true })],
    ['is not to', node('worker-2', { labels: EXCLUDED })],
    ['is known to nobody', node('worker-3')],
  ])('are without one that %s', (_what, other) => {
    expect(decide({ nodes: [node('worker-1'), other] })).toEqual({ web: ['10.42.0.7', HOSTNAME] });
  });

  test('stay all when none of them is well: nobody gains anything when they are taken back', () => {
    const nodes = ['worker-1', 'worker-2'].map((name) => node(name, { ready: 'Unknown' }));
    expect(decide({ nodes })).toEqual({ web: ['10.42.0.7', '10.42.1.3', HOSTNAME] });
  });

  test('are missed where there is none, or none that is to', () => {
    const missing = { web: 'There is no node yet that answers for services.' };
    expect(decide({ peers: [] })).toEqual(missing);
    expect(decide({ nodes: [node('worker-1', { labels: EXCLUDED })] })).toEqual(missing);
  });
});

describe('a port of the machines', () => {
  const all = ['10.42.0.7', '10.42.1.3', HOSTNAME];
  const taken = (label: string, by: string) => `Port ${label} of the machines is taken by the service default/${by}.`;

  test('is that of the eldest, for each protocol', () => {
    const services = [
      service('young', { created: '2026-02-02T00:00:00Z' }),
      service('old', { ports: [port(80), port(443)] }),
      service('quick', { ports: [port(443, { protocol: 'UDP' })] }),
    ];
    expect(decide({ services })).toEqual({ young: taken('80/TCP', 'old'), old: all, quick: all });
  });

  test('stays that of whoever has it', () => {
    const services = [service('old'), service('young', { created: '2026-02-02T00:00:00Z', ingress: has(80) })];
    expect(decide({ services })).toEqual({ old: taken('80/TCP', 'young'), young: all });
  });

  test('stays that of whoever has it also when an elder, who has others, comes to want it', () => {
    const services = [
      service('old', { ports: [port(80), port(443)], ingress: has(80) }),
      service('young', { created: '2026-02-02T00:00:00Z', ports: [port(443)], ingress: has(443) }),
    ];
    expect(decide({ services })).toEqual({ old: taken('443/TCP', 'young'), young: all });
  });

  test('is given back by whoever does not want it any more', () => {
    const services = [service('old', { ports: [port(81)], ingress: has(80) }), service('young')];
    expect(decide({ services })).toEqual({ old: all, young: all });
  });

  test('is nobody’s whose other port is taken', () => {
    const services = [service('a'), service('b', { ports: [port(81), port(80)] }), service('c', { ports: [port(81)] })];
    expect(decide({ services })).toEqual({ a: all, b: taken('80/TCP', 'a'), c: all });
  });

  test('may be one that another has on all nodes', () => {
    const nodePort = service('node-port', { type: 'NodePort', ports: [port(8_080, { nodePort: 30_080 })] });
    const own = service('own', { ports: [port(30_081, { nodePort: 30_081 })] });
    const services = [nodePort, own, service('web', { ports: [port(30_080)] })];
    expect(decide({ services })).toEqual({ own: all, web: taken('30080/TCP', 'node-port') });
  });

  test('is the machine’s own', () => {
    expect(decide({ services: [service('ssh', { ports: [port(22)] })] })).toEqual({
      ssh: 'Port 22/TCP is one that machines have for themselves.',
    });
  });

  test('is left alone with all else of a service that is another’s', () => {
    const services = [
      service('foreign', { loadBalancerClass: 'example.com/another' }),
      service('inside', { type: 'ClusterIP' }),
      service('web'),
    ];
    expect(decide({ services })).toEqual({ web: all });
  });

  test('is taken at once from a service that is about to go, however long that takes', () => {
    const services = [service('going', { deleted: true, ingress: has(80) }), service('web')];
    expect(decide({ services })).toEqual({ going: [], web: all });
  });
});

function port(number: number, more: Readonly<Record<string, unknown>> = {}) {
  return { protocol: 'TCP', port: number, ...more };
}

/** What a service shows that has this port. */
function has(number: number) {
  return [
    { ip: '10.42.0.7', ipMode: 'VIP' },
    { hostname: HOSTNAME, ports: [port(number)] },
  ];
}

interface ServiceForm {
  readonly type?: string;
  readonly ports?: readonly object[];
  readonly created?: string;
  readonly ingress?: readonly object[];
  readonly loadBalancerClass?: string;
  readonly deleted?: boolean;
}

function service(name: string, form: ServiceForm = {}) {
  const {
    type = 'LoadBalancer',
    ports = [port(80)],
    created = '2026-01-01T00:00:00Z',
    ingress,
    loadBalancerClass,
  } = form;
  return {
    metadata: {
      namespace: 'default',
      name,
      uid: `uid-of-${name}`,
      resourceVersion: '1',
      creationTimestamp: created,
      ...(form.deleted && { deletionTimestamp: created }),
    },
    spec: { type, ports, ...(loadBalancerClass !== undefined && { loadBalancerClass }) },
    status: { loadBalancer: ingress === undefined ? {} : { ingress } },
  };
}

function node(
  name: string,
  {
    ready = 'True',
    unschedulable = false,
    labels = {},
  }: { ready?: string; unschedulable?: boolean; labels?: object } = {},
) {
  return {
    metadata: { name, labels },
    spec: { unschedulable },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  };
}

function peer(name: string, address: string) {
  return { node: name, endpoints: { near: `${address}:51820`, far: '' } };
}
