import { problem } from '#engine/problem.ts';
import type { Clock } from '#std/clock.ts';

const HOUR_MS = 3_600_000;
/** However cheap it is: a trial that takes longer has failed. */
const TRIAL_MS_MAX = 2 * HOUR_MS;
/** Of the budget: the rest is for what goes on costing while it is deleted. */
const SHARE = 0.8;

export interface Spending {
  readonly budgetUsd: number;
  /** Of everything, all at once. */
  readonly hourlyUsd: number;
}

/** Ends a trial before it costs more than it may: nothing here can make a provider charge less. */
export class SpendingGuard {
  readonly #clock: Clock;
  readonly #spending: Spending;
  readonly #startedAtMs: number;
  readonly #stop = new AbortController();
  readonly #over = new AbortController();

  /** Throws a Problem when even the shortest useful trial would be too dear. */
  constructor(clock: Clock, spending: Spending) {
    this.#clock = clock;
    this.#spending = spending;
    this.#startedAtMs = clock.monotonicMs();
    const { budgetUsd, hourlyUsd } = spending;
    if (hourlyUsd > budgetUsd) {
      const detail = `An hour of it costs ${usd(hourlyUsd)}; ${usd(budgetUsd)} may be spent.`;
      throw problem('acceptance.over-budget', { detail });
    }
    clock.sleep(this.limitMs, this.#over.signal).then(
      () => this.#stop.abort(),
      () => undefined,
    );
  }

  /** How long the trial may go on before its end is begun. */
  get limitMs(): number {
    const { budgetUsd, hourlyUsd } = this.#spending;
    return hourlyUsd === 0 ? TRIAL_MS_MAX : Math.min(TRIAL_MS_MAX, (HOUR_MS * SHARE * budgetUsd) / hourlyUsd);
  }

  /** Aborts when it is time to delete everything. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** As if all of it had been there from the first moment on. */
  get spentUsd(): number {
    return (this.#spending.hourlyUsd * (this.#clock.monotonicMs() - this.#startedAtMs)) / HOUR_MS;
  }

  /** Lets nobody wait for it any more. */
  end(): void {
    this.#over.abort();
  }
}

function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}
