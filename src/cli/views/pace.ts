/** How long each step of a node takes, as this very run shows: where nothing was seen yet, nothing is foretold. */
export class Pace {
  /** How many steps there are. */
  steps: number | undefined;
  /** Sum and count of the time from `n` steps done to one more. */
  readonly #steps = new Map<number, { totalMs: number; count: number }>();

  /** `from` steps were done, `to` are now: the time between is shared by the steps in between. */
  record(from: number, to: number, tookMs: number): void {
    for (let step = from; step < to; step += 1) {
      const seen = this.#steps.get(step) ?? { totalMs: 0, count: 0 };
      this.#steps.set(step, { totalMs: seen.totalMs + tookMs / (to - from), count: seen.count + 1 });
    }
  }

  /** What is left for one that has `done` of `of` steps and has been at the next one for `spentMs`. */
  remainingMs(done: number, of: number, spentMs: number): number | undefined {
    let leftMs = 0;
    for (let step = done; step < of; step += 1) {
      const expectedMs = this.#expectedMs(step);
      if (expectedMs === undefined) return undefined;
      leftMs += step === done ? Math.max(0, expectedMs - spentMs) : expectedMs;
    }
    return leftMs;
  }

  /** What comes before the first step is like none of the others; those are much like one another. */
  #expectedMs(step: number): number | undefined {
    const own = this.#steps.get(step);
    if (own !== undefined) return own.totalMs / own.count;
    const others = [...this.#steps].flatMap(([other, seen]) => (other >= 0 && step >= 0 ? [seen] : []));
    const count = others.reduce((sum, seen) => sum + seen.count, 0);
    return count === 0 ? undefined : others.reduce((sum, seen) => sum + seen.totalMs, 0) / count;
  }
}
