import { z } from 'zod';
import type { ResourceContext } from '#engine/resource.ts';
import type { KubernetesSession } from './kubernetes-session.ts';
import { LiveObject, readAs } from './live-object.ts';
import { lookAt } from './sight.ts';

const LINES = 10;
const GOOD = 200;

const Pods = z.looseObject({ items: z.array(LiveObject) });
const Ended = z.looseObject({
  metadata: z.looseObject({ creationTimestamp: z.string().default('') }),
  status: z.looseObject({ phase: z.string().default('') }).prefault({}),
});

/** The last that a failed Job's last pod has said; nothing when nobody can tell any more. */
export async function failedJobWords(
  session: KubernetesSession,
  context: ResourceContext,
  { metadata }: LiveObject,
): Promise<readonly string[]> {
  const { namespace = 'default', name } = metadata;
  const pods = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const selector = encodeURIComponent(`batch.kubernetes.io/job-name=${name}`);
  const sight = await lookAt(session, context, `read what Job ${namespace}/${name} said`, async (api, signal) => {
    const answer = await api.ask({ method: 'GET', path: `${pods}?labelSelector=${selector}` }, signal);
    const last = lastFailed(readAs(Pods, answer).items);
    if (last === undefined) return [];
    const path = `${pods}/${encodeURIComponent(last.metadata.name)}/log?tailLines=${LINES}`;
    const { status, body } = await api.send({ method: 'GET', path }, signal);
    return status === GOOD ? body.trimEnd().split('\n') : [];
  });
  return 'unreachable' in sight ? [] : sight.seen.map((line) => `  | ${line}`);
}

function lastFailed(pods: readonly LiveObject[]): LiveObject | undefined {
  const failed = pods.filter((pod) => Ended.parse(pod).status.phase === 'Failed');
  const atOf = (pod: LiveObject): string => Ended.parse(pod).metadata.creationTimestamp;
  return failed.toSorted((left, right) => atOf(left).localeCompare(atOf(right), 'en')).at(-1);
}
