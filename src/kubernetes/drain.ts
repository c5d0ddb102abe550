import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { KubernetesApi } from './api.ts';
import { causesIn, faultOf } from './api-faults.ts';
import type { KubernetesSession } from './kubernetes-session.ts';
import { type LiveObject, readAs } from './live-object.ts';
import { findNode, patchNode } from './node-requests.ts';
import { conditionIn } from './readiness.ts';
import { act } from './sight.ts';

const Pod = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.looseObject({ kind: z.string(), controller: z.boolean().default(false) })).default([]),
  }),
  status: z.looseObject({ phase: z.string().default('') }).prefault({}),
});
type Pod = z.output<typeof Pod>;
const Pods = z.looseObject({ items: z.array(Pod) });
const Schedulable = z.looseObject({ spec: z.looseObject({ unschedulable: z.boolean().default(false) }).prefault({}) });

/**
 * Nothing new comes to it, and what is on it goes elsewhere. It does what can be done now, and fails with what stands in the
 * way: who asks again goes on from there.
 *
 * | the pod                          | is                                                       |
 * |----------------------------------|----------------------------------------------------------|
 * | is the machine's own, or one of every node's | left: it goes with the node                  |
 * | has ended                        | left                                                     |
 * | is on its way out                | waited for                                               |
 * | is none of these                 | evicted, if no budget for disruption forbids it          |
 *
 * A node whose kubelet has fallen silent stops nothing any more: nothing on it is waited for.
 */
export async function drain(
  session: KubernetesSession,
  context: ResourceContext,
  { name, uid }: { readonly name: string; readonly uid: string },
): Promise<void> {
  const speaks = await act(session, context, `cordon node ${name}`, (api, signal) =>
    cordon(api, { name, uid }, signal),
  );
  if (!speaks) return;
  const pods = await act(session, context, `list the pods on node ${name}`, (api, signal) => podsOn(api, name, signal));
  const left: string[] = [];
  for (const pod of pods) {
    const why = await act(session, context, `evict ${titleOf(pod)}`, (api, signal) => evictOnce(api, pod, signal));
    if (why !== undefined) left.push(`${titleOf(pod)} ${why}`);
  }
  if (left.length === 0) return;
  throw new CallError({ outcome: 'rejected', reason: 'dependency', message: `pods to leave ${name}: ${named(left)}` });
}

/** On a node that nothing new comes to for a while: who has said so, and how it was before. */
export const BREAK_ANNOTATION = 'bootstrap/break';

const LEAVING = 'is on its way out';
const NAMED_MAX = 5;

function named(all: readonly string[]): string {
  const more = all.length - NAMED_MAX;
  return `${all.slice(0, NAMED_MAX).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** Whether its kubelet still speaks. */
async function cordon(
  api: KubernetesApi,
  { name, uid }: { readonly name: string; readonly uid: string },
  signal: AbortSignal,
): Promise<boolean> {
  const live = await findNode(api, name, signal);
  if (live === undefined || live.metadata.uid !== uid) return false;
  // Who has it have a break meanwhile does not open it again: it goes.
  const patch = { metadata: { annotations: { [BREAK_ANNOTATION]: null } }, spec: { unschedulable: true } };
  if (!isCordoned(live) || BREAK_ANNOTATION in live.metadata.annotations) await patchNode(api, live, patch, signal);
  return isAlive(live);
}

export function isCordoned(live: LiveObject): boolean {
  return readAs(Schedulable, live).spec.unschedulable;
}

function isAlive(live: LiveObject): boolean {
  return conditionIn(live, 'Ready')?.status !== 'Unknown';
}

/** Asks what can go to go, and answers what is still there. Undefined: nothing is, or nothing of it runs any more. */
export async function workLeftOn(
  api: KubernetesApi,
  { name, uid }: { readonly name: string; readonly uid: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const live = await findNode(api, name, signal);
  if (live === undefined || live.metadata.uid !== uid || !isAlive(live)) return undefined;
  const left: string[] = [];
  for (const pod of await podsOn(api, name, signal)) {
    const why = await evictOnce(api, pod, signal);
    if (why !== undefined) left.push(`${titleOf(pod)} ${why}`);
  }
  return left.length === 0 ? undefined : `pods to leave ${name}: ${named(left)}`;
}

async function evictOnce(api: KubernetesApi, pod: Pod, signal: AbortSignal): Promise<string | undefined> {
  return pod.metadata.deletionTimestamp === undefined ? evict(api, pod, signal) : LEAVING;
}

async function podsOn(api: KubernetesApi, name: string, signal: AbortSignal): Promise<readonly Pod[]> {
  const selector = encodeURIComponent(`spec.nodeName=${name}`);
  const answer = await api.ask({ method: 'GET', path: `/api/v1/pods?fieldSelector=${selector}` }, signal);
  return readAs(Pods, answer).items.filter(isToLeave);
}

const MIRROR = 'kubernetes.io/config.mirror';

function isToLeave({ metadata, status }: Pod): boolean {
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return false;
  const isEveryNodes = metadata.ownerReferences.some(({ kind, controller }) => controller && kind === 'DaemonSet');
  return !isEveryNodes && metadata.annotations[MIRROR] === undefined;
}

function titleOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

const GONE = 404;
const FORBIDDEN_NOW = 429;
const REFUSED = 400;

/** Why it stays for now; undefined: it is not there any more. */
async function evict(api: KubernetesApi, { metadata }: Pod, signal: AbortSignal): Promise<string | undefined> {
  const { name, namespace, uid } = metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/eviction`;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  };
  const answer = await api.send({ method: 'POST', path, body }, signal);
  if (answer.status === GONE) return undefined;
  if (answer.status === FORBIDDEN_NOW) return `may not be disturbed${budgetIn(causesIn(answer))}`;
  if (answer.status >= REFUSED) throw faultOf(answer);
  return LEAVING;
}

function budgetIn(causes: ReturnType<typeof causesIn>): string {
  const budget = causes.find(({ reason }) => reason === 'DisruptionBudget');
  return budget === undefined ? '' : ` (${budget.message})`;
}
