import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT, type Condition, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { drain } from './drain.ts';
import type { KubernetesSession } from './kubernetes-session.ts';
import { LiveObject, marksFor, ownerOf, readAs } from './live-object.ts';
import { findNode, patchNode, pathOfNode } from './node-requests.ts';
import { conditionIn } from './readiness.ts';
import { act, lookAt } from './sight.ts';

const Inputs = z.strictObject({
  name: z.string(),
  /** Of the machine that it is on now: another machine is another node, whatever it is called. */
  machine: z.string(),
  /** What kubectl shows it to be for. */
  roles: z.array(z.string()).readonly(),
});

const Outputs = z.strictObject({
  name: z.string(),
  uid: z.string(),
  roles: z.array(z.string()).readonly(),
});

/** What a kubelet may not say of itself. */
const ROLE_PREFIX = 'node-role.kubernetes.io/';

/**
 * A machine as Kubernetes knows it. Its kubelet brings the object into being; here it is marked and said to be for
 * something. To destroy it is to let the work on it go elsewhere first, as far as budgets for disruption allow.
 */
export const kubeNode = defineResource<KubernetesSession>()({
  kind: 'kube.node',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name', 'machine'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['name', 'uid'],
  idOf: ({ name, uid }) => `${name} ${uid}`,

  async observe(session, context, { inputs }) {
    const sight = await lookAt(session, context, `look at node ${inputs.name}`, (api, signal) =>
      findNode(api, inputs.name, signal),
    );
    if ('unreachable' in sight) return { state: 'unreachable', reason: sight.unreachable };
    const { seen: live } = sight;
    if (live === undefined) return ABSENT;
    const owner = ownerOf(live);
    return { state: 'present', outputs: outputsOf(live), owner, condition: conditionOf(live) };
  },

  async create(session, context, { name }) {
    const answer = await act(session, context, `mark node ${name}`, async (api, signal) => {
      const live = await findNode(api, name, signal);
      if (live === undefined) {
        throw new CallError({ outcome: 'not-yet', message: `The kubelet of ${name} has not come forward yet.` });
      }
      return patchNode(api, live, { metadata: marksOf(context, live) }, signal);
    });
    return outputsOf(readAs(LiveObject, answer));
  },

  async sync(session, context, { name, roles }, observed) {
    const wanted = [...roles].toSorted();
    if (wanted.join() === observed.roles.join()) return observed;
    const answer = await act(session, context, `say what node ${name} is for`, async (api, signal) => {
      const live = await findNode(api, name, signal);
      if (live === undefined) throw new CallError({ outcome: 'ambiguous', message: `Node ${name} is gone.` });
      return patchNode(api, live, { metadata: { labels: roleLabels(observed.roles, wanted) } }, signal);
    });
    return outputsOf(readAs(LiveObject, answer));
  },

  async destroy(session, context, { name, uid }) {
    await drain(session, context, { name, uid });
    const body = { preconditions: { uid } };
    await act(session, context, `delete node ${name}`, (api, signal) =>
      api.ask({ method: 'DELETE', path: pathOfNode(name), body }, signal),
    );
  },
});

/** A node of ours that an earlier machine was is taken over: its kubelet has done the same. */
function marksOf({ cluster, instanceId }: ResourceContext, live: LiveObject): object {
  const owner = ownerOf(live);
  if (owner === undefined || owner.cluster === cluster) return marksFor({ cluster, instanceId });
  const { name } = live.metadata;
  throw new CallError({ outcome: 'rejected', reason: 'exists', message: `Node ${name} bears another cluster's mark.` });
}

function roleLabels(before: readonly string[], wanted: readonly string[]): object {
  const gone = before.filter((role) => !wanted.includes(role));
  const labels = new Map<string, string | null>([
    ...gone.map((role) => [`${ROLE_PREFIX}${role}`, null] as const),
    ...wanted.map((role) => [`${ROLE_PREFIX}${role}`, ''] as const),
  ]);
  return Object.fromEntries(labels);
}

function outputsOf({ metadata }: LiveObject): z.output<typeof Outputs> {
  const { name, uid, labels } = metadata;
  const roles = Object.keys(labels)
    .filter((label) => label.startsWith(ROLE_PREFIX))
    .map((label) => label.slice(ROLE_PREFIX.length));
  return { name, uid, roles: roles.toSorted() };
}

function conditionOf(live: LiveObject): Condition {
  const ready = conditionIn(live, 'Ready');
  if (ready?.status === 'True') return READY;
  return { is: 'pending', waitingFor: `its kubelet to be ready${ready === undefined ? '' : ` (${ready.message})`}` };
}
