import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import type { KubernetesApi } from './api.ts';
import { BREAK_ANNOTATION, isCordoned, workLeftOn } from './drain.ts';
import type { KubernetesSession } from './kubernetes-session.ts';
import { type LiveObject, ownerOf } from './live-object.ts';
import { findNode, patchNode } from './node-requests.ts';
import { act, lookAt } from './sight.ts';

const Inputs = z.strictObject({ name: z.string() });
const Outputs = z.strictObject({ name: z.string(), uid: z.string() });

/**
 * A node has a break while it is declared: nothing new comes to it, and what was on it has gone elsewhere, as far as budgets
 * for disruption allow. Afterwards it takes work again, unless somebody had cordoned it before.
 *
 * | the node is               | to begin a break     | to end it                            |
 * |---------------------------|----------------------|--------------------------------------|
 * | open to work              | cordons and marks it | takes the mark off, and uncordons it |
 * | cordoned by somebody else | marks it as such     | takes the mark off                   |
 * | about to go for good      |                      | nothing: whoever drains it for good has taken the mark off |
 */
export const kubeBreak = defineResource<KubernetesSession>()({
  kind: 'kube.break',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['name'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['name', 'uid'],
  idOf: ({ name, uid }) => `${name} ${uid}`,

  async observe(session, context, { inputs: { name } }) {
    const sight = await lookAt(session, context, `look at node ${name}`, (api, signal) => findNode(api, name, signal));
    if ('unreachable' in sight) return { state: 'unreachable', reason: sight.unreachable };
    const { seen: live } = sight;
    const mark = live === undefined ? undefined : markOf(live);
    const cluster = live === undefined ? undefined : ownerOf(live)?.cluster;
    if (live === undefined || mark === undefined || cluster === undefined) return ABSENT;
    const owner = mark.instanceId === context.instanceId ? { cluster, instanceId: context.instanceId } : undefined;
    return { state: 'present', outputs: { name, uid: live.metadata.uid }, owner, condition: READY };
  },

  async create(session, context, { name }) {
    const uid = await act(session, context, `cordon node ${name}`, async (api, signal) => {
      const live = await findNode(api, name, signal);
      if (live === undefined)
        throw new CallError({ outcome: 'rejected', reason: 'absent', message: `Node ${name} is gone.` });
      await begin(api, context, live, signal);
      return live.metadata.uid;
    });
    return { name, uid };
  },

  // An eviction that a budget forbids now is asked for again and again.
  async sync(session, context, { name }, observed) {
    await act(session, context, `let all work leave node ${name}`, async (api, signal) => {
      const left = await workLeftOn(api, observed, signal);
      if (left !== undefined) throw new CallError({ outcome: 'not-yet', message: left });
    });
    return observed;
  },

  async destroy(session, context, { name }) {
    await act(session, context, `end the break of node ${name}`, async (api, signal) => {
      const live = await findNode(api, name, signal);
      const mark = live === undefined ? undefined : markOf(live);
      if (live === undefined || mark?.instanceId !== context.instanceId) return;
      const opened = mark.wasOpen ? { spec: { unschedulable: null } } : {};
      await patchAsSeen(api, live, { annotations: { [BREAK_ANNOTATION]: null }, ...opened }, signal);
    });
  },
});

const WAS_CORDONED = 'cordoned-before';

interface Mark {
  readonly instanceId: string;
  readonly wasOpen: boolean;
}

function markOf({ metadata }: LiveObject): Mark | undefined {
  const [instanceId, before] = (metadata.annotations[BREAK_ANNOTATION] ?? '').split(' ');
  return instanceId === undefined || instanceId === '' ? undefined : { instanceId, wasOpen: before !== WAS_CORDONED };
}

/** Mark and cordon are one request: whoever is killed has done both, or neither. An earlier break is taken over as it was. */
async function begin(
  api: KubernetesApi,
  { instanceId }: ResourceContext,
  live: LiveObject,
  signal: AbortSignal,
): Promise<void> {
  const wasOpen = markOf(live)?.wasOpen ?? !isCordoned(live);
  const mark = wasOpen ? instanceId : `${instanceId} ${WAS_CORDONED}`;
  await patchAsSeen(api, live, { annotations: { [BREAK_ANNOTATION]: mark }, spec: { unschedulable: true } }, signal);
}

interface SeenPatch {
  readonly annotations: object;
  readonly spec?: object;
}

/** Whoever has cordoned it since is not overruled: it is looked at again. */
function patchAsSeen(api: KubernetesApi, live: LiveObject, { annotations, ...rest }: SeenPatch, signal: AbortSignal) {
  const { resourceVersion } = live.metadata;
  return patchNode(api, live, { metadata: { annotations, resourceVersion }, ...rest }, signal);
}
