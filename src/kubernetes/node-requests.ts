import type { KubernetesApi } from './api.ts';
import { LiveObject, readAs } from './live-object.ts';

const MERGE = 'application/merge-patch+json';

export function pathOfNode(name: string): string {
  return `/api/v1/nodes/${encodeURIComponent(name)}`;
}

export async function findNode(api: KubernetesApi, name: string, signal: AbortSignal): Promise<LiveObject | undefined> {
  const answer = await api.find(pathOfNode(name), signal);
  return answer === undefined ? undefined : readAs(LiveObject, answer);
}

interface NodePatch {
  readonly metadata?: object;
  readonly spec?: object;
}

/** With the uid it is this very object that is meant. */
export function patchNode(
  api: KubernetesApi,
  { metadata }: LiveObject,
  patch: NodePatch,
  signal: AbortSignal,
): Promise<unknown> {
  const body = { ...patch, metadata: { ...patch.metadata, uid: metadata.uid } };
  return api.ask({ method: 'PATCH', path: pathOfNode(metadata.name), body, contentType: MERGE }, signal);
}
