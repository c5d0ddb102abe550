import type { Clock } from '#std/clock.ts';

/** Whatever comes first: what is waited for, or the end of patience. */
export async function within<T>(
  { clock }: { readonly clock: Clock },
  ms: number,
  waitedFor: Promise<T>,
): Promise<T | 'too late'> {
  const settled = new AbortController();
  const tooLate = clock.sleep(ms, settled.signal).then(() => 'too late' as const);
  try {
    return await Promise.race([waitedFor, tooLate]);
  } finally {
    // Given as a reason because an abort without one makes an exception with a stack.
    settled.abort('settled');
  }
}

interface Looking {
  readonly patienceMs: number;
  readonly everyMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Looks again and again until there is something to see; undefined when patience ends first. */
export async function lookUntil<T>(
  { clock }: { readonly clock: Clock },
  { patienceMs, everyMs, signal }: Looking,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const untilMs = clock.monotonicMs() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined || clock.monotonicMs() >= untilMs) return seen;
    await clock.sleep(everyMs, signal);
  }
}
