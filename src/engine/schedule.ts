/** A step of work and the steps that must have ended well before it starts. */
export interface Step<Self> {
  readonly needs: ReadonlySet<Self>;
  run(): Promise<void>;
}

export interface ScheduleOptions<S> {
  readonly concurrency: number;
  /** No step starts after this aborts; those under way settle. */
  readonly stop: AbortSignal;
  onFailed(step: S, error: unknown): void;
  /** `because`: the failed step it needed, directly or not; undefined: the schedule was stopped. */
  onSkipped(step: S, because: S | undefined): void;
}

/** Starts each step the moment its own needs are met: no waves, no barriers. Ends when nothing runs and nothing can start. */
export async function runSchedule<S extends Step<S>>(steps: readonly S[], options: ScheduleOptions<S>): Promise<void> {
  const schedule = new Schedule(steps, options);
  await schedule.run();
}

class Schedule<S extends Step<S>> {
  readonly #steps: readonly S[];
  readonly #options: ScheduleOptions<S>;
  readonly #dependents = new Map<S, S[]>();
  readonly #unmet = new Map<S, number>();
  readonly #ready: S[] = [];
  readonly #over = Promise.withResolvers<void>();
  #nextReady = 0;
  #running = 0;

  constructor(steps: readonly S[], options: ScheduleOptions<S>) {
    this.#steps = steps;
    this.#options = options;
    for (const step of steps) {
      this.#unmet.set(step, step.needs.size);
      for (const need of step.needs) {
        const known = this.#dependents.get(need);
        if (known === undefined) this.#dependents.set(need, [step]);
        else known.push(step);
      }
    }
  }

  async run(): Promise<void> {
    for (const step of this.#steps) if (step.needs.size === 0) this.#ready.push(step);
    this.#startReady();
    await this.#over.promise;
    for (const step of this.#unmet.keys()) this.#options.onSkipped(step, undefined);
  }

  #startReady(): void {
    const { concurrency, stop } = this.#options;
    while (this.#running < concurrency && this.#nextReady < this.#ready.length && !stop.aborted) {
      const step = this.#ready[this.#nextReady];
      this.#nextReady += 1;
      if (step !== undefined) this.#start(step);
    }
    if (this.#running === 0) this.#over.resolve();
  }

  #start(step: S): void {
    this.#running += 1;
    this.#unmet.delete(step);
    const ended = () => {
      this.#running -= 1;
      this.#startReady();
    };
    Promise.try(() => step.run()).then(
      () => {
        this.#release(step);
        ended();
      },
      (error: unknown) => {
        this.#options.onFailed(step, error);
        this.#skipDependents(step);
        ended();
      },
    );
  }

  #release(step: S): void {
    for (const dependent of this.#dependents.get(step) ?? []) {
      const left = this.#unmet.get(dependent);
      if (left === undefined) continue;
      this.#unmet.set(dependent, left - 1);
      if (left === 1) this.#ready.push(dependent);
    }
  }

  #skipDependents(failed: S): void {
    const cut = [failed];
    for (const step of cut) {
      for (const dependent of this.#dependents.get(step) ?? []) {
        if (!this.#unmet.delete(dependent)) continue;
        this.#options.onSkipped(dependent, failed);
        cut.push(dependent);
      }
    }
  }
}
