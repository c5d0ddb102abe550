import type { Address, InstanceId } from './address.ts';
import type { ChangeAction } from './change.ts';
import type { Problem } from './problem.ts';
import type { Progress } from './resource.ts';

interface AboutResource {
  readonly address: Address;
  readonly instanceId?: InstanceId | undefined;
}

/** All that the engine says while it works; views turn it into words. Never carries a secret. */
export type EngineEvent =
  | { readonly type: 'lease-acquired'; readonly generation: number; readonly holder: string }
  | { readonly type: 'lease-waiting'; readonly holder: string; readonly forMs: number }
  | { readonly type: 'lease-lost'; readonly problem: Problem }
  | { readonly type: 'apply-started'; readonly changes: number }
  | (AboutResource & { readonly type: 'change-started'; readonly action: ChangeAction; readonly because: string })
  | (AboutResource & {
      readonly type: 'waiting';
      readonly waitingFor: string;
      readonly progress?: Progress | undefined;
      readonly deadlineMs: number;
    })
  | (AboutResource & {
      readonly type: 'retrying';
      readonly purpose: string;
      readonly why: string;
      readonly afterMs: number;
    })
  | (AboutResource & { readonly type: 'change-finished'; readonly action: ChangeAction })
  | (AboutResource & { readonly type: 'change-failed'; readonly action: ChangeAction; readonly problem: Problem })
  | (AboutResource & {
      readonly type: 'change-skipped';
      readonly action: ChangeAction;
      readonly because: Address | 'stopped';
    })
  | { readonly type: 'stray-destroyed'; readonly kind: string; readonly id: string }
  | { readonly type: 'apply-finished'; readonly done: number; readonly failed: number; readonly skipped: number };

export type EventSink = (event: EngineEvent) => void;
