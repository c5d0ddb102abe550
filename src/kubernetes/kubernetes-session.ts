import type { KubernetesApi } from './api.ts';

/** What a provider's session has for what lives inside of a cluster. */
export interface KubernetesSession {
  /** Fails with a CallError as long as nothing leads to it. */
  readonly kubernetes: (signal: AbortSignal) => Promise<KubernetesApi>;
}

/** How requests to it are limited: it protects itself, so they are not. */
export const BUDGET = 'kubernetes';
