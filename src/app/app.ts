import type { RotationPhase } from '#cluster/trust.ts';
import type { Address } from '#engine/address.ts';
import type { ChangeAction } from '#engine/change.ts';
import type { EngineEvent } from '#engine/event.ts';
import type { Problem } from '#engine/problem.ts';
import type { Progress } from '#engine/resource.ts';
import type { Disturbance } from '#provider/machine-links.ts';
import type { PreflightFinding } from '#provider/preflight.ts';
import type { AcceptanceReport, CheckedReport } from './acceptance-report.ts';
import type { AcceptanceRequest } from './acceptance.ts';
import type { RestoreRequest } from './etcd-restore.ts';
import type { EtcdSnapshot } from './etcd-snapshot.ts';
import type { EtcdStatus } from './etcd-status.ts';
import type { Assets } from './assets.ts';
import type { Images } from './images.ts';
import type { KubeconfigRequest, WrittenKubeconfig } from './kubeconfig.ts';
import type { Kubectl } from './kubectl.ts';
import type { LinksRequest } from './links.ts';
import type { OverlayStatus } from './overlay-status.ts';
import type { ProviderName } from './provider-names.ts';
import type { RotateRequest } from './rotate.ts';
import type { UpgradePreview } from './upgrade-goal.ts';
import type { UpgradeRequest } from './upgrade.ts';
import type { UnitsReport } from './units.ts';
import type { Validation } from './validation/validate.ts';

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
  /** Nobody said who may come in: it was found where the operator is. */
  | { readonly type: 'access-found'; readonly range: string }
  /** What the provider says of the plan before anything is made. */
  | { readonly type: 'preflight'; readonly findings: readonly PreflightFinding[] }
  | { readonly type: 'planned'; readonly changes: readonly PlannedChange[]; readonly cost?: PlanCost | undefined }
  | { readonly type: 'state-moved'; readonly to: string }
  /** What machines of a workstation start from is on its way. */
  | {
      readonly type: 'image-coming';
      readonly from: string;
      readonly bytes: number;
      readonly of?: number | undefined;
      readonly bytesPerSecond: number;
    }
  | { readonly type: 'image-news'; readonly text: string }
  | RotationNews
  /** These nodes are about to be told what to run from now on. */
  | { readonly type: 'upgrade'; readonly nodes: readonly string[]; readonly stepsLeft: number }
  | EngineEvent
  | { readonly type: 'run-finished'; readonly outcome: RunOutcome };

/** One authority takes the place of another: told at each phase, and when it has. */
export interface RotationNews {
  readonly type: 'rotation';
  readonly authority: string;
  readonly news: 'begins' | 'goes-on' | 'ended';
  /** What is about to be done; absent: nothing is left to do. */
  readonly phase?: RotationPhase | undefined;
}

/** An authority whose place another one takes, and what is to be done for that now. */
export interface RotationStatus {
  readonly authority: string;
  readonly phase: RotationPhase;
}

/** An authority that machines will soon believe in vain, or do already. */
export interface AgeingAuthority {
  readonly authority: string;
  readonly endsMs: number;
  readonly isOver: boolean;
}

export interface RunHeading {
  readonly verb: 'create' | 'apply' | 'rotate' | 'upgrade' | 'delete';
  readonly cluster: string;
  readonly provider: string;
  readonly isSimulated: boolean;
  /** Where an emulator answers in the cloud's stead. */
  readonly emulator?: string | undefined;
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
  /** By how much it changes what is paid, in US dollars a month; absent: not at all, or nobody could say. */
  readonly monthlyUsd?: number | undefined;
}

/** What a cluster costs in US dollars a month, without what is paid by use. */
export interface PlanCost {
  readonly before: number;
  readonly after: number;
  /** Where the prices are from, and of which day. */
  readonly source: string;
  /** What is paid by use, in words. */
  readonly byUse: string;
  /** What no price was found for. */
  readonly unknown: readonly string[];
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
  /** What would hinder it, as far as the provider can say beforehand; empty: nothing was asked. */
  readonly preflight: readonly PreflightFinding[];
  /** Who could reach SSH and the API, when only where the operator is now decides it. */
  readonly accessFound?: string | undefined;
  /** Those under way: what is planned is what is to be done next. */
  readonly rotations: readonly RotationStatus[];
  readonly cost: PlanCost;
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
  /** The zone's name servers, and whether the public DNS leads to them; undefined: there is no zone that it could. */
  readonly delegation?: { readonly nameServers: readonly string[]; readonly found: string } | undefined;
  /** Those under way. */
  readonly rotations: readonly RotationStatus[];
  /** Whose place another should take. */
  readonly ageing: readonly AgeingAuthority[];
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
  /** Off: its machine is there, and was switched off. */
  readonly state: 'ready' | 'starting' | 'failed' | 'missing' | 'off';
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

export interface KeptData {
  readonly disks: number;
  readonly sizeGiB: number;
  readonly monthlyUsd: number;
}

export interface DeletePreview {
  readonly heading: Omit<RunHeading, 'verb'>;
  readonly changes: readonly PlannedChange[];
  readonly cost: PlanCost;
  /** What stays, because that was asked for. */
  readonly keeps?: KeptData | undefined;
}

/** What became of one machine that was to be switched. */
export interface NodeTurn {
  readonly node: string;
  /** Why it was not. */
  readonly problem: Problem | undefined;
}

/** A program of this system, and what to tell it; a command for the machine goes behind that. */
export interface ShellCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Whom the machine lets in. */
  readonly user: string;
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
  /** Lets other authorities take the place of those that machines believe, or goes on with that. */
  rotate(target: Target, request: RotateRequest, interruption: Interruption): Promise<RunOutcome>;
  /** Has the nodes run what the lock says, one after the other, or goes on with that. */
  upgrade(target: Target, request: UpgradeRequest, interruption: Interruption): Promise<RunOutcome>;
  upgradePreview(target: Target, request: Pick<UpgradeRequest, 'atOnce'>, signal: AbortSignal): Promise<UpgradePreview>;
  /** `confirm` sees what would go; nothing is touched before it says yes. */
  delete(
    target: Target,
    options: {
      readonly wait: boolean;
      /** The disks with data stay. */
      readonly keepData?: boolean | undefined;
      readonly confirm: (preview: DeletePreview) => Promise<boolean>;
    },
    interruption: Interruption,
  ): Promise<RunOutcome>;
  acceptance(request: AcceptanceRequest, interruption: Interruption): Promise<AcceptanceReport>;
  /** Throws a Problem when a report is none, or not what was signed. */
  checkAcceptance(path: string): Promise<CheckedReport>;
  status(target: Target, signal: AbortSignal): Promise<ClusterStatus>;
  /** The newest cluster status again and again until the signal aborts. */
  watch(target: Target, signal: AbortSignal): AsyncIterable<ClusterStatus>;
  events(target: Target, options: { readonly follow: boolean }, signal: AbortSignal): AsyncIterable<LoggedEvent>;
  why(target: Target, address: string, signal: AbortSignal): Promise<Explanation>;
  outputs(target: Target, signal: AbortSignal): Promise<readonly Output[]>;
  /** A file, or a cluster that is named as it runs. What is wrong with the file is thrown as a Problem. */
  validate(target: Target, options: { readonly security: boolean }, signal: AbortSignal): Promise<Validation>;
  attach(
    request: { readonly name: string; readonly provider: string; readonly region: string; readonly bucket?: string },
    signal: AbortSignal,
  ): Promise<ClusterStatus>;
  /** The range of addresses that this workstation is in, as a provider sees it; undefined: nobody could say. */
  whereFrom(provider: ProviderName, signal: AbortSignal): Promise<string | undefined>;
  /** Switches machines off or on; what is on their disks stays. */
  power(
    target: Target,
    request: {
      readonly to: 'stop' | 'start';
      /** None: all. */
      readonly nodes: readonly string[];
      /** Hears of each as soon as it is known. */
      readonly tell: (turn: NodeTurn) => void;
    },
    signal: AbortSignal,
  ): Promise<readonly NodeTurn[]>;
  /** Line by line, with whatever it may do to a terminal. */
  serialConsole(
    target: Target,
    request: { readonly node: string; readonly follow: boolean },
    signal: AbortSignal,
  ): AsyncIterable<string>;
  shell(target: Target, node: string, signal: AbortSignal): Promise<ShellCommand>;
  /** Writes what programs need to get to the cluster's API. */
  kubeconfig(target: Target, request: KubeconfigRequest, signal: AbortSignal): Promise<WrittenKubeconfig>;
  /** The kubectl of this workstation, told where the API is and as whom to speak to it until it has ended. */
  kubectl(target: Target, signal: AbortSignal): Promise<Kubectl>;
  /** What befalls what machines send each other, after a change of it if one is asked for. */
  links(target: Target, request: LinksRequest | undefined, signal: AbortSignal): Promise<readonly Disturbance[]>;
  /** Every part of the platform on the machines of these nodes; of all when none is named. */
  units(target: Target, nodes: readonly string[], signal: AbortSignal): Promise<UnitsReport>;
  /** How the machines of these nodes, or all, reach the others. */
  overlayStatus(target: Target, nodes: readonly string[], signal: AbortSignal): Promise<OverlayStatus>;
  etcdStatus(target: Target, signal: AbortSignal): Promise<EtcdStatus>;
  /** Into a file that is not there yet. */
  etcdSnapshot(target: Target, request: { readonly to: string }, signal: AbortSignal): Promise<EtcdSnapshot>;
  /** All that etcd has taken since is lost. */
  etcdRestore(target: Target, request: RestoreRequest, signal: AbortSignal): Promise<EtcdStatus>;
  readonly images: Images;
  readonly assets: Assets;
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
