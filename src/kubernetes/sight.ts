import { CallError } from '#engine/call.ts';
import type { Call, ResourceContext } from '#engine/resource.ts';
import type { KubernetesApi } from './api.ts';
import { BUDGET, type KubernetesSession } from './kubernetes-session.ts';

/** What a look at the API brought; nothing when it cannot be reached. */
export type Sight<Seen> = { readonly seen: Seen } | { readonly unreachable: string };

type Asking<Answer> = (api: KubernetesApi, signal: AbortSignal) => Promise<Answer>;

/**
 * Asks without effect. An API that nobody answers for is not waited for: whoever looks is to know that now, and looks
 * again when there is a reason to.
 */
export function lookAt<Seen>(
  { kubernetes }: KubernetesSession,
  { read }: Pick<ResourceContext, 'read'>,
  purpose: string,
  ask: Asking<Seen>,
): Promise<Sight<Seen>> {
  return read(callFor(purpose), async (signal): Promise<Sight<Seen>> => {
    try {
      return { seen: await ask(await kubernetes(signal), signal) };
    } catch (error) {
      if (error instanceof CallError && error.outcome === 'not-yet') return { unreachable: error.message };
      throw error;
    }
  });
}

/** Asks for something to be done. */
export function act<Answer>(
  { kubernetes }: KubernetesSession,
  { mutate }: Pick<ResourceContext, 'mutate'>,
  purpose: string,
  ask: Asking<Answer>,
): Promise<Answer> {
  return mutate(callFor(purpose), async (signal) => ask(await kubernetes(signal), signal));
}

function callFor(purpose: string): Call {
  return { budget: BUDGET, purpose };
}
