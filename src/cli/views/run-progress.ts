import type { PlannedChange, RunEvent, RunHeading } from '#app/app.ts';
import type { Address } from '#engine/address.ts';
import type { ChangeAction } from '#engine/change.ts';
import type { Problem } from '#engine/problem.ts';
import type { Progress } from '#engine/resource.ts';
import { firstLine } from './harmless.ts';
import { MACHINE_GROUP, NODE_GROUP, placeOf, type Placement } from './groups.ts';
import { Pace } from './pace.ts';

type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';

/** One resource of the run, as far as it has come. */
export interface Step {
  readonly address: Address;
  readonly place: Placement;
  readonly action: ChangeAction;
  readonly state: StepState;
  /** What it is at, in words. */
  readonly doing: string;
  /** What it does again, and until when it pauses before that. */
  readonly retry: { readonly doing: string; readonly untilMs: number } | undefined;
  readonly progress: Progress | undefined;
  readonly startedAtMs: number | undefined;
  /** When its last step forward was. */
  readonly stageAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly problem: Problem | undefined;
}

export interface Group {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly isOver: boolean;
}

/** What comes before a node's first step: its machine boots, and is welcomed. */
const BOOT = -2;
const WELCOME = -1;

/** Everything a view knows of a run: the events, folded. */
export class RunProgress {
  readonly #steps = new Map<Address, Step>();
  readonly #machines = new Map<string, Address>();
  readonly #consequences = new Map<Address, Address[]>();
  #heading: RunHeading | undefined;
  #accessFound: string | undefined;
  #startedAtMs: number | undefined;
  /** Nodes of one role take the same steps. */
  readonly #paces = new Map<string, Pace>();

  hear(event: RunEvent, atMs: number): void {
    this.#startedAtMs ??= atMs;
    if (event.type === 'run-started') this.#heading = event.run;
    if (event.type === 'access-found') this.#accessFound = event.range;
    if (event.type === 'planned') this.#plan(event.changes, atMs);
    if ('address' in event) this.#hearOf(event, atMs);
  }

  get heading(): RunHeading | undefined {
    return this.#heading;
  }

  /** Who may come in, when it was found in this run. */
  get accessFound(): string | undefined {
    return this.#accessFound;
  }

  get startedAtMs(): number {
    return this.#startedAtMs ?? 0;
  }

  get steps(): readonly Step[] {
    return [...this.#steps.values()];
  }

  step(address: Address): Step | undefined {
    return this.#steps.get(address);
  }

  /** In the order in which they came up. */
  get groups(): readonly Group[] {
    const byTitle = Map.groupBy(this.#steps.values(), ({ place }) => place.group);
    return [...byTitle].map(([title, steps]) => ({ title, steps, isOver: steps.every(isOver) }));
  }

  /** What was skipped because `address` failed. */
  consequencesOf(address: Address): readonly Address[] {
    return this.#consequences.get(address) ?? [];
  }

  /** Of one node. Undefined while nobody has shown how long it takes. */
  remainingMsOf(step: Step, nowMs: number): number | undefined {
    const { state, progress } = step;
    if (isOver(step)) return 0;
    const pace = this.#paceOf(step);
    const of = progress?.of ?? pace.steps;
    if (of === undefined) return undefined;
    const machine = this.machineOf(step);
    if (state === 'waiting' && machine !== undefined && !isOver(machine)) {
      return pace.remainingMs(BOOT, of, nowMs - (machine.startedAtMs ?? nowMs));
    }
    if (state === 'waiting' || progress === undefined) return pace.remainingMs(WELCOME, of, 0);
    return pace.remainingMs(progress.done, of, nowMs - step.stageAtMs);
  }

  /** What a node runs on, when this run makes it. */
  machineOf({ place }: Step): Step | undefined {
    const address = this.#machines.get(place.name);
    return address === undefined ? undefined : this.#steps.get(address);
  }

  /** Until the last node is ready: nodes go side by side. */
  remainingMs(nowMs: number): number | undefined {
    const nodes = this.steps.filter((step) => step.place.group === NODE_GROUP && !isOver(step));
    const left = nodes.map((step) => this.remainingMsOf(step, nowMs));
    if (left.length === 0 || left.includes(undefined)) return undefined;
    return left.reduce((most: number, ms) => Math.max(most, ms ?? 0), 0);
  }

  #plan(changes: readonly PlannedChange[], atMs: number): void {
    for (const { address, action } of changes) {
      if (action === 'keep' || action === 'leave') continue;
      this.#set(newStep(address, action, atMs));
    }
  }

  #hearOf(event: Extract<RunEvent, { readonly address: Address }>, atMs: number): void {
    const { address } = event;
    const step = this.#steps.get(address);
    // What is only looked at, or swept for, is no step of the run.
    if (step === undefined && (event.type === 'waiting' || event.type === 'retrying')) return;
    if (event.type === 'change-skipped' && event.because !== 'stopped') {
      this.#consequences.set(event.because, [...(this.#consequences.get(event.because) ?? []), address]);
    }
    const action = 'action' in event ? event.action : 'keep';
    this.#set({ ...(step ?? newStep(address, action, atMs)), ...this.#news(event, step, atMs) });
  }

  #set(step: Step): void {
    this.#steps.set(step.address, step);
    if (step.place.group === MACHINE_GROUP) this.#machines.set(step.place.name, step.address);
  }

  #news(event: Extract<RunEvent, { readonly address: Address }>, step: Step | undefined, atMs: number): Partial<Step> {
    switch (event.type) {
      case 'change-started':
        // The second half of a replacement goes on with the same line.
        return {
          state: 'running',
          startedAtMs: step?.startedAtMs ?? atMs,
          stageAtMs: atMs,
          doing: '',
          retry: undefined,
        };
      case 'waiting':
        this.#measure(step, event.progress, atMs);
        return { doing: waitText(event), retry: undefined, ...stepForward(step, event.progress, atMs) };
      case 'retrying':
        return { retry: { doing: `${event.purpose}: ${event.why}`, untilMs: atMs + event.afterMs } };
      case 'change-finished':
        this.#measureEnd(step, atMs);
        return { state: 'done', endedAtMs: atMs, doing: '' };
      case 'change-failed':
        return { state: 'failed', endedAtMs: atMs, problem: event.problem, doing: failureText(event) };
      case 'change-skipped':
        return { state: 'skipped', endedAtMs: atMs, doing: '' };
    }
  }

  #paceOf({ place }: Step): Pace {
    const role = place.name.replace(/-\d+$/, '');
    const pace = this.#paces.get(role) ?? new Pace();
    this.#paces.set(role, pace);
    return pace;
  }

  #measureEnd(step: Step | undefined, atMs: number): void {
    if (step?.progress !== undefined) this.#measure(step, { ...step.progress, done: step.progress.of }, atMs);
    const isBoot = step?.place.group === MACHINE_GROUP && step.action === 'create';
    if (isBoot && step.startedAtMs !== undefined && step.doing !== '') {
      this.#paceOf(step).record(BOOT, WELCOME, atMs - step.startedAtMs);
    }
  }

  #measure(step: Step | undefined, next: Progress | undefined, atMs: number): void {
    if (step === undefined || next === undefined || step.place.group !== NODE_GROUP) return;
    const pace = this.#paceOf(step);
    pace.steps = next.of;
    const before = step.progress?.done ?? WELCOME;
    // A node that an earlier run has brought half the way shows nothing of its pace.
    if (before === WELCOME && next.done > 0) return;
    if (next.done > before) pace.record(before, next.done, atMs - step.stageAtMs);
  }
}

/** A request that is sent again hides what is waited for only as long as it pauses. */
export function doingAt({ doing, retry, state }: Step, nowMs: number): string {
  if (retry === undefined || isOver({ state })) return doing;
  return nowMs < retry.untilMs || doing === '' ? retry.doing : doing;
}

/** Of a node: at which stage, and why. */
function failureText({ address, problem }: Extract<RunEvent, { readonly type: 'change-failed' }>): string {
  return placeOf(address).group === NODE_GROUP ? firstLine(problem.detail) : problem.summary;
}

/** A step that is counted speaks for itself. */
function waitText({ waitingFor, progress }: Extract<RunEvent, { readonly type: 'waiting' }>): string {
  return progress === undefined ? `waiting for ${waitingFor}` : waitingFor;
}

/** Only a step forward starts the time of the next one. */
function stepForward(step: Step | undefined, next: Progress | undefined, atMs: number): Partial<Step> {
  return next === undefined || next.done === step?.progress?.done ? {} : { progress: next, stageAtMs: atMs };
}

export function isOver({ state }: Pick<Step, 'state'>): boolean {
  return state !== 'waiting' && state !== 'running';
}

function newStep(address: Address, action: ChangeAction, atMs: number): Step {
  return {
    address,
    place: placeOf(address),
    action,
    state: 'waiting',
    doing: '',
    retry: undefined,
    progress: undefined,
    startedAtMs: undefined,
    stageAtMs: atMs,
    endedAtMs: undefined,
    problem: undefined,
  };
}
