import type { Address } from '#engine/address.ts';
import type { ChangeAction } from '#engine/change.ts';
import type { EngineEvent } from '#engine/event.ts';
import type { Problem } from '#engine/problem.ts';
import type { Progress } from '#engine/resource.ts';

/** One grammar for all verbs: a known cluster by its name, or a cluster file. */
export type Target = { readonly name: string } | { readonly file: string };

/** What the operator wants stopped: the first signal starts nothing new, the second leaves at once. */
export interface Interruption {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}

/** All that a verb says while it works. */
export type RunEvent =
  | { readonly type: 'run-started'; readonly run: RunHeading }
  | { readonly type: 'planned'; readonly changes: readonly PlannedChange[] }
  | { readonly type: 'state-moved'; readonly to: string }
  | EngineEvent
  | { readonly type: 'run-finished'; readonly outcome: RunOutcome };

export interface RunHeading {
  readonly verb: 'create' | 'apply' | 'delete';
  readonly cluster: string;
  readonly provider: string;
  readonly isSimulated: boolean;
  readonly region: string;
  readonly account: string;
  readonly principal: string;
  /** It goes on with what an earlier run has begun. */
  readonly continues?: boolean | undefined;
}

export interface PlannedChange {
  readonly address: Address;
  readonly kind: string;
  readonly action: ChangeAction;
  readonly because: string;
  /** Input names that differ, for updates and replacements. */
  readonly inputs: readonly string[];
}

export interface RunOutcome {
  readonly ok: boolean;
  readonly done: number;
  readonly failed: readonly Problem[];
  readonly skipped: readonly Address[];
  readonly outputs: readonly Output[];
  /** What this version does not do yet, in words. */
  readonly notYet: readonly string[];
}

export interface Output {
  readonly name: string;
  readonly value: string;
}

export interface PlanResult {
  readonly heading: Omit<RunHeading, 'verb'>;
  readonly changes: readonly PlannedChange[];
  readonly isEmpty: boolean;
  /** Otherwise it is still to be created. */
  readonly exists: boolean;
}

export interface ClusterStatus {
  readonly heading: Omit<RunHeading, 'verb'>;
  readonly uid: string;
  /** Desired and ready nodes, and what keeps each from being ready. */
  readonly nodes: readonly NodeStatus[];
  readonly resources: {
    readonly total: number;
    readonly ready: number;
    readonly unfinished: readonly UnfinishedResource[];
  };
  /** Who holds the lease now. */
  readonly driver: string | undefined;
  /** Where things are: cluster file, state, run log, simulated account. */
  readonly places: readonly { readonly what: string; readonly where: string }[];
  readonly isDeleted: boolean;
}

export interface NodeStatus {
  readonly name: string;
  readonly role: string;
  readonly region: string;
  readonly zone: string;
  readonly address: string | undefined;
  readonly state: 'ready' | 'starting' | 'failed' | 'missing';
  readonly progress: Progress | undefined;
  readonly detail: string;
}

export interface UnfinishedResource {
  readonly address: Address;
  readonly status: string;
  readonly problem: string | undefined;
}

export interface LoggedEvent {
  readonly atMs: number;
  /** One run of the program. */
  readonly run: string;
  readonly event: RunEvent;
}

export interface Explanation {
  readonly address: Address;
  readonly kind: string;
  readonly status: string;
  readonly lines: readonly string[];
}

export interface CreateRequest {
  /** Text of the cluster file and where it comes from; the app keeps its own copy. */
  readonly file: { readonly path: string; readonly text: string };
  readonly wait: boolean;
}

export interface DeletePreview {
  readonly heading: Omit<RunHeading, 'verb'>;
  readonly changes: readonly PlannedChange[];
}

export interface App {
  create(request: CreateRequest, interruption: Interruption): Promise<RunOutcome>;
  plan(
    target: Target,
    options: { readonly refresh: boolean; readonly savePlanTo?: string },
    signal: AbortSignal,
  ): Promise<PlanResult>;
  apply(
    target: Target,
    options: { readonly planFile?: string; readonly wait: boolean },
    interruption: Interruption,
  ): Promise<RunOutcome>;
  /** `confirm` sees what would go; nothing is touched before it says yes. */
  delete(
    target: Target,
    options: { readonly wait: boolean; confirm(preview: DeletePreview): Promise<boolean> },
    interruption: Interruption,
  ): Promise<RunOutcome>;
  status(target: Target, signal: AbortSignal): Promise<ClusterStatus>;
  /** The newest cluster status again and again until the signal aborts. */
  watch(target: Target, signal: AbortSignal): AsyncIterable<ClusterStatus>;
  events(target: Target, options: { readonly follow: boolean }, signal: AbortSignal): AsyncIterable<LoggedEvent>;
  why(target: Target, address: string, signal: AbortSignal): Promise<Explanation>;
  outputs(target: Target, signal: AbortSignal): Promise<readonly Output[]>;
  /** Throws a Problem that lists all findings. */
  validate(target: Target): Promise<{ readonly name: string; readonly warnings: readonly string[] }>;
  attach(
    request: { readonly name: string; readonly provider: string; readonly region: string; readonly bucket?: string },
    signal: AbortSignal,
  ): Promise<ClusterStatus>;
  /** Every cluster this workstation knows. */
  list(): Promise<readonly { readonly name: string; readonly provider: string; readonly isDeleted: boolean }[]>;
  stateShow(target: Target, signal: AbortSignal): Promise<unknown>;
  stateHistory(
    target: Target,
    signal: AbortSignal,
  ): Promise<readonly { readonly seq: number; readonly atMs: number; readonly lines: readonly string[] }[]>;
  /** Takes the lease from whoever holds it and gives it back. */
  stateUnlock(target: Target, signal: AbortSignal): Promise<string>;
  stateRestore(target: Target, options: { readonly from: string }, signal: AbortSignal): Promise<string>;
}
