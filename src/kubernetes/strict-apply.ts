import { isAmbiguous } from '#engine/call.ts';
import type { KubernetesApi } from './api.ts';
import { faultOf } from './api-faults.ts';
import type { ObjectPath } from './api-kinds.ts';
import { FIELD_MANAGER } from './live-object.ts';
import type { Manifest } from './manifest.ts';

/** A field that the API does not know is refused, rather than left out in silence. */
const SAID_BY = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`;
const APPLY = 'application/apply-patch+yaml';
const BAD_REQUEST = 400;

interface Place extends ObjectPath {
  readonly signal: AbortSignal;
}

export function createStrictly(api: KubernetesApi, body: Manifest, { collection, signal }: Place): Promise<unknown> {
  return api.ask({ method: 'POST', path: `${collection}?${SAID_BY}`, body }, signal);
}

/** By server-side apply. With a uid it is that very object which is meant: another of its name is refused. */
export async function applyStrictly(
  api: KubernetesApi,
  manifest: Manifest,
  { collection, object, signal, uid }: Place & { readonly uid: string },
): Promise<unknown> {
  const body = { ...manifest, metadata: { ...manifest.metadata, uid } };
  const path = `${object}?${SAID_BY}&force=true`;
  try {
    return await api.ask({ method: 'PATCH', path, body, contentType: APPLY }, signal);
  } catch (error) {
    if (isAmbiguous(error)) await refuseUnreadable(api, manifest, { collection, signal });
    throw error;
  }
}

/**
 * What a server-side apply cannot be read for is answered like a fault of the server, which may be over any moment. A
 * create that is without effect says what it is.
 */
async function refuseUnreadable(
  api: KubernetesApi,
  body: Manifest,
  { collection, signal }: Pick<Place, 'collection' | 'signal'>,
): Promise<void> {
  const answer = await api.send({ method: 'POST', path: `${collection}?${SAID_BY}&dryRun=All`, body }, signal);
  if (answer.status === BAD_REQUEST) throw faultOf(answer);
}
