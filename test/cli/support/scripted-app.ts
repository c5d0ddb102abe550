import type { AcceptanceReport, CheckedReport } from '#app/acceptance-report.ts';
import type { AcceptanceRequest } from '#app/acceptance.ts';
import type {
  App,
  ClusterStatus,
  CreateRequest,
  DeletePreview,
  Explanation,
  Interruption,
  LoggedEvent,
  NodeTurn,
  Output,
  PlanResult,
  RunEvent,
  RunOutcome,
  ShellCommand,
  Target,
} from '#app/app.ts';
import type { EtcdSnapshot } from '#app/etcd-snapshot.ts';
import type { EtcdStatus } from '#app/etcd-status.ts';
import type { Assets, CheckedAsset, ListedAsset } from '#app/assets.ts';
import type { BuiltImage, CheckedImage, ImageOrder, Images, ListedImage } from '#app/images.ts';
import type { KubeconfigRequest, WrittenKubeconfig } from '#app/kubeconfig.ts';
import type { Kubectl } from '#app/kubectl.ts';
import type { OverlayStatus } from '#app/overlay-status.ts';
import type { UpgradePreview } from '#app/upgrade-goal.ts';
import type { UnitsReport } from '#app/units.ts';
import type { Validation } from '#app/validation/validate.ts';
import type { Disturbance } from '#provider/machine-links.ts';
import type { Clock } from '#std/clock.ts';

/** What one run says, and when. */
export type Timed = readonly [atMs: number, event: RunEvent];

export interface AppScript {
  readonly run?: readonly Timed[];
  /** Instead of an end by itself. */
  readonly endRun?: (interruption: Interruption) => Promise<RunOutcome>;
  readonly plan?: PlanResult;
  readonly preview?: DeletePreview;
  readonly statuses?: readonly ClusterStatus[];
  readonly events?: readonly LoggedEvent[];
  readonly explanation?: Explanation;
  readonly outputs?: readonly Output[];
  /** Where the workstation is, or `nowhere`. */
  readonly range?: string;
  readonly report?: CheckedReport;
  readonly known?: Awaited<ReturnType<App['list']>>;
  /** Of machines that are switched. */
  readonly turns?: readonly NodeTurn[];
  readonly consoleLines?: readonly string[];
  readonly shell?: ShellCommand;
  readonly kubeconfig?: Omit<WrittenKubeconfig, 'path'>;
  readonly kubectl?: Omit<Kubectl, 'end'>;
  readonly disturbances?: readonly Disturbance[];
  readonly units?: UnitsReport;
  readonly running?: Validation['running'];
  readonly overlay?: OverlayStatus;
  readonly etcd?: EtcdStatus;
  readonly upgrade?: UpgradePreview;
  readonly snapshot?: Omit<EtcdSnapshot, 'path'>;
  readonly built?: BuiltImage;
  readonly images?: readonly ListedImage[];
  readonly assets?: readonly ListedAsset[];
  readonly checkedAssets?: readonly CheckedAsset[];
  readonly checks?: readonly CheckedImage[];
  /** Whatever is asked for fails with it. */
  readonly failure?: Error;
}

const HERE = '198.51.100.20/32';

/** The contract of the app without anything behind it: it says what the script holds, and remembers what it was asked. */
export class ScriptedApp implements App {
  readonly asked: { readonly method: string; readonly given: unknown }[] = [];
  readonly #script: AppScript;
  readonly #clock: Clock;
  readonly #emit: (event: RunEvent) => void;

  constructor(script: AppScript, clock: Clock, emit: (event: RunEvent) => void) {
    this.#script = script;
    this.#clock = clock;
    this.#emit = emit;
  }

  create(request: CreateRequest, interruption: Interruption): Promise<RunOutcome> {
    this.#ask('create', request);
    return this.#run(interruption);
  }

  plan(target: Target, options: object): Promise<PlanResult> {
    this.#ask('plan', { target, ...options });
    return scripted(this.#script.plan);
  }

  apply(target: Target, options: object, interruption: Interruption): Promise<RunOutcome> {
    this.#ask('apply', { target, ...options });
    return this.#run(interruption);
  }

  rotate(target: Target, request: object, interruption: Interruption): Promise<RunOutcome> {
    this.#ask('rotate', { target, ...request });
    return this.#run(interruption);
  }

  upgrade(target: Target, request: object, interruption: Interruption): Promise<RunOutcome> {
    this.#ask('upgrade', { target, ...request });
    return this.#run(interruption);
  }

  async upgradePreview(target: Target, request: object): Promise<UpgradePreview> {
    this.#ask('upgradePreview', { target, ...request });
    return this.#script.upgrade ?? { steps: [] };
  }

  acceptance({ begin, tell }: AcceptanceRequest): Promise<AcceptanceReport> {
    this.#ask('acceptance', {});
    const { report } = this.#script.report ?? {};
    for (const step of report?.steps ?? []) {
      begin(step.name);
      tell(step);
    }
    return scripted(report);
  }

  checkAcceptance(path: string): Promise<CheckedReport> {
    this.#ask('checkAcceptance', path);
    return scripted(this.#script.report);
  }

  async delete(
    target: Target,
    { wait, keepData, confirm }: Parameters<App['delete']>[1],
    interruption: Interruption,
  ): Promise<RunOutcome> {
    this.#ask('delete', { target, wait, ...(keepData === true ? { keepData } : {}) });
    const isAgreed = await confirm(await scripted(this.#script.preview));
    if (isAgreed) return this.#run(interruption);
    return { ok: true, done: 0, failed: [], skipped: [], outputs: [], notYet: [] };
  }

  whereFrom(): Promise<string | undefined> {
    const { range = HERE } = this.#script;
    return Promise.resolve(range === 'nowhere' ? undefined : range);
  }

  status(target: Target): Promise<ClusterStatus> {
    this.#ask('status', target);
    return scripted(this.#script.statuses?.[0]);
  }

  async *watch(target: Target, signal: AbortSignal): AsyncIterable<ClusterStatus> {
    this.#ask('watch', target);
    yield* this.#script.statuses ?? [];
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('The watch was ended.')), { once: true });
    });
  }

  async *events(target: Target, options: object): AsyncIterable<LoggedEvent> {
    this.#ask('events', { target, ...options });
    yield* this.#script.events ?? [];
    await Promise.resolve();
  }

  why(target: Target, address: string): Promise<Explanation> {
    this.#ask('why', { target, address });
    return scripted(this.#script.explanation);
  }

  outputs(target: Target): Promise<readonly Output[]> {
    this.#ask('outputs', target);
    return scripted(this.#script.outputs);
  }

  validate(target: Target, options: { readonly security: boolean }): Promise<Validation> {
    this.#ask('validate', { target, ...options });
    const { running } = this.#script;
    const warnings = ['nodes.storage.count: one more would let you take one away.'];
    return Promise.resolve({ name: 'demo', warnings, running });
  }

  attach(request: object): Promise<ClusterStatus> {
    this.#ask('attach', request);
    return scripted(this.#script.statuses?.[0]);
  }

  list(): ReturnType<App['list']> {
    return Promise.resolve(this.#script.known ?? [{ name: 'demo', provider: 'simulator', isDeleted: false }]);
  }

  power(target: Target, { to, nodes, tell }: Parameters<App['power']>[1]): Promise<readonly NodeTurn[]> {
    this.#ask('power', { target, to, nodes });
    const { turns = [] } = this.#script;
    for (const turn of turns) tell(turn);
    return Promise.resolve(turns);
  }

  async *serialConsole(target: Target, request: object): AsyncIterable<string> {
    this.#ask('serialConsole', { target, ...request });
    yield* this.#script.consoleLines ?? [];
    await Promise.resolve();
  }

  shell(target: Target, node: string): Promise<ShellCommand> {
    this.#ask('shell', { target, node });
    return scripted(this.#script.shell);
  }

  async kubeconfig(target: Target, { to = '/known/kubeconfig', ...request }: KubeconfigRequest) {
    this.#ask('kubeconfig', { target, to, ...request });
    return { path: to, ...(await scripted(this.#script.kubeconfig)) };
  }

  async kubectl(target: Target): Promise<Kubectl> {
    this.#ask('kubectl', target);
    const end = async (): Promise<void> => this.#ask('kubectl ended', target);
    return { ...(await scripted(this.#script.kubectl)), end };
  }

  links(target: Target, request: object | undefined): Promise<readonly Disturbance[]> {
    this.#ask('links', { target, request });
    return Promise.resolve(this.#script.disturbances ?? []);
  }

  units(target: Target, nodes: readonly string[]): Promise<UnitsReport> {
    this.#ask('units', { target, nodes });
    return scripted(this.#script.units);
  }

  overlayStatus(target: Target, nodes: readonly string[]): Promise<OverlayStatus> {
    this.#ask('overlayStatus', { target, nodes });
    return scripted(this.#script.overlay);
  }

  etcdStatus(target: Target): Promise<EtcdStatus> {
    this.#ask('etcdStatus', { target });
    return scripted(this.#script.etcd);
  }

  etcdRestore(target: Target, { from, tell }: Parameters<App['etcdRestore']>[1]): Promise<EtcdStatus> {
    this.#ask('etcdRestore', { target, from });
    tell('stopping etcd');
    return scripted(this.#script.etcd);
  }

  async etcdSnapshot(target: Target, { to }: { readonly to: string }): Promise<EtcdSnapshot> {
    this.#ask('etcdSnapshot', { target, to });
    return { path: to, ...(await scripted(this.#script.snapshot)) };
  }

  get images(): Images {
    return {
      build: ({ hear, ...order }: ImageOrder) => {
        this.#ask('image build', order);
        hear('making the disk');
        return scripted(this.#script.built);
      },
      list: () => Promise.resolve(this.#script.images ?? []),
      remove: (image) => {
        this.#ask('image remove', image);
        return scripted(this.#script.images?.[0]);
      },
      verify: (image) => {
        this.#ask('image verify', image);
        return scripted(this.#script.checks);
      },
    };
  }

  get assets(): Assets {
    return {
      list: (target) => {
        this.#ask('assets list', target);
        return Promise.resolve(this.#script.assets ?? []);
      },
      sync: ({ hear, ...order }) => {
        this.#ask('assets sync', order);
        hear('etcd 3.6.14 amd64: fetched');
        return Promise.resolve(this.#script.assets ?? []);
      },
      verify: (folder) => {
        this.#ask('assets verify', folder);
        return Promise.resolve(this.#script.checkedAssets ?? []);
      },
      add: (asset) => {
        this.#ask('assets add', asset);
        return scripted(this.#script.assets?.[0]);
      },
    };
  }

  stateShow(target: Target): Promise<unknown> {
    this.#ask('stateShow', target);
    return Promise.resolve({ serial: 7, records: [] });
  }

  stateHistory(target: Target): ReturnType<App['stateHistory']> {
    this.#ask('stateHistory', target);
    return Promise.resolve([{ seq: 1, atMs: 0, lines: ['run apply', 'intent create zone'] }]);
  }

  stateUnlock(target: Target): Promise<string> {
    this.#ask('stateUnlock', target);
    return Promise.resolve('The lease is free.');
  }

  stateRestore(target: Target, options: object): Promise<string> {
    this.#ask('stateRestore', { target, ...options });
    return Promise.resolve('The state is as it was.');
  }

  #ask(method: string, given: unknown): void {
    this.asked.push({ method, given });
    if (this.#script.failure !== undefined) throw this.#script.failure;
  }

  async #run(interruption: Interruption): Promise<RunOutcome> {
    let outcome: RunOutcome = { ok: true, done: 0, failed: [], skipped: [], outputs: [], notYet: [] };
    let nowMs = 0;
    for (const [atMs, event] of this.#script.run ?? []) {
      if (atMs > nowMs) await this.#clock.sleep(atMs - nowMs);
      nowMs = atMs;
      if (event.type === 'run-finished') outcome = event.outcome;
      this.#emit(event);
    }
    return this.#script.endRun?.(interruption) ?? outcome;
  }
}

function scripted<T>(answer: T | undefined): Promise<T> {
  if (answer === undefined) throw new Error('The script has no answer to this.');
  return Promise.resolve(answer);
}
