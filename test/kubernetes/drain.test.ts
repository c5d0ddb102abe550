import { expect, test } from 'vitest';
import { KubernetesApi } from '#kubernetes/api.ts';
import { drain } from '#kubernetes/drain.ts';
import { SystemKnownServers } from '#std/system-known-servers.ts';
import { contextOf } from '../host/support/resource-context.ts';
import { type Behaviour, SmallApi } from './support/small-api.ts';

const NODE = { name: 'worker-1', uid: 'node-uid' };
const ALIVE = [{ type: 'Ready', status: 'True' }];

function pod(name: string, metadata: object = {}, phase = 'Running') {
  return { metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, ...metadata }, status: { phase } };
}

function nodeWith(conditions: readonly object[], uid = NODE.uid) {
  return { metadata: { name: NODE.name, uid, resourceVersion: '1' }, spec: {}, status: { conditions } };
}

/** What was asked of an API that has this node and these pods, and how it ended. */
async function drained(
  node: object,
  pods: readonly object[],
  onEviction: Behaviour = () => ({ status: 201, body: {} }),
) {
  await using server = await SmallApi.open();
  server.behaviour = (heard) => {
    if (heard.path.endsWith('/eviction')) return onEviction(heard);
    return { status: 200, body: heard.path.startsWith('/api/v1/pods') ? { items: pods } : node };
  };
  using api = new KubernetesApi(server.place(), new SystemKnownServers());
  const session = { kubernetes: async () => api };
  const ended: unknown = await drain(session, contextOf('node.worker-1'), NODE).catch((error: unknown) => error);
  const changes = server.heard.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  return { ended, changes };
}

const CORDON = 'PATCH /api/v1/nodes/worker-1';

test('only what can go elsewhere is evicted', async () => {
  const everyNodes = { ownerReferences: [{ kind: 'DaemonSet', controller: true }] };
  const itsOwn = { annotations: { 'kubernetes.io/config.mirror': 'x' } };
  const pods = [
    pod('web'),
    pod('agent', everyNodes),
    pod('static', itsOwn),
    pod('done', {}, 'Succeeded'),
    pod('leaving', { deletionTimestamp: '2026-11-22T20:00:00Z' }),
  ];
  const { ended, changes } = await drained(nodeWith(ALIVE), pods);
  expect(changes).toEqual([CORDON, 'POST /api/v1/namespaces/shop/pods/web/eviction']);
  expect(ended).toMatchObject({
    outcome: 'rejected',
    reason: 'dependency',
    message: 'pods to leave worker-1: shop/web is on its way out; shop/leaving is on its way out',
  });
});

test('there is nothing left to wait for when only what goes with the node is on it', async () => {
  const pods = [
    pod('done', {}, 'Failed'),
    pod('agent', { ownerReferences: [{ kind: 'DaemonSet', controller: true }] }),
  ];
  expect(await drained(nodeWith(ALIVE), pods)).toEqual({ ended: undefined, changes: [CORDON] });
});

test('a pod that was gone before it was evicted is not waited for', async () => {
  const gone: Behaviour = () => ({ status: 404, body: { reason: 'NotFound' } });
  expect((await drained(nodeWith(ALIVE), [pod('web')], gone)).ended).toBeUndefined();
});

test('an API that cannot say whether it may evict is asked again, not ignored', async () => {
  const torn: Behaviour = () => ({ status: 500, body: { reason: 'InternalError', message: 'two budgets' } });
  const { ended } = await drained(nodeWith(ALIVE), [pod('web')], torn);
  expect(ended).toMatchObject({ outcome: 'ambiguous', message: 'two budgets' });
});

test('nothing is done to another node of the same name', async () => {
  expect(await drained(nodeWith(ALIVE, 'another'), [pod('web')])).toEqual({ ended: undefined, changes: [] });
});
