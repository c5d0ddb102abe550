import type { ClusterUid } from '#engine/address.ts';
import type { Plan } from '#engine/plan.ts';

/** What is about to be made, as a provider looks at it beforehand. */
export interface PreflightRequest {
  readonly uid: ClusterUid;
  readonly domain: string;
  readonly zoneOrigin: 'create' | 'existing' | 'private';
  readonly zones: readonly string[];
  /** Ranges of addresses, by the names of the cluster file. */
  readonly ranges: Readonly<Record<'machines' | 'overlay' | 'pods' | 'services', string>>;
  /** Everything that will change, with the inputs that it is declared with. */
  readonly plan: Pick<Plan, 'changes'>;
}

/** One thing that was looked at. */
export interface PreflightFinding {
  /** Its name: `credentials`, `permissions`, `quota.vcpus`, `machine-types`, … */
  readonly check: string;
  readonly verdict: 'good' | 'warning' | 'bad';
  /** In one line, with the numbers. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy?: string | undefined;
}

/** Whether the plan makes anything at a provider: for all else there is nothing to look at beforehand. */
export function makesSomething({ changes }: Pick<Plan, 'changes'>): boolean {
  return changes.some(({ action }) => action === 'create' || action === 'replace');
}
