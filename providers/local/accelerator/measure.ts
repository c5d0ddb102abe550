import type { Clock } from '#std/clock.ts';
import type { LocalWorld } from '../local-world.ts';
import { type InstalledQemu, lastLine } from '../qemu/installed-qemu.ts';
import { within } from '../qemu/patience.ts';
import type { AcceleratorName } from './accelerator-name.ts';
import { BEGIN, END, type Probe } from './probe.ts';

export interface Measurement {
  readonly name: AcceleratorName;
  /** What the work took, without what comes before it; absent: it was not done. */
  readonly measuredMs?: number | undefined;
  readonly why?: string | undefined;
}

export interface Race {
  readonly probe: Probe;
  /** The probe, in a file. */
  readonly image: string;
  readonly qemu: Pick<InstalledQemu, 'system'>;
  readonly names: readonly AcceleratorName[];
}

type Ground = Pick<LocalWorld, 'clock' | 'programs'>;

/** Emulation on an old processor that has other work takes a few seconds. */
const LIMIT_MS = 30_000;
/** Who takes so many times as long as the first has lost, and need not be waited for. */
const LOST = 2;

/** Lets them all do the same work at the same time. None is waited for that hangs. */
export async function measureAll(world: Ground, race: Race): Promise<readonly Measurement[]> {
  const stop = new AbortController();
  const beginMs = world.clock.monotonicMs();
  const first = Promise.withResolvers<'first'>();
  const all = Promise.all(
    race.names.map(async (name) => {
      const measurement = await measure(world, race, { name, stop: stop.signal });
      if (measurement.measuredMs !== undefined) first.resolve('first');
      return measurement;
    }),
  );
  const outcome = await within(world, LIMIT_MS, Promise.race([all, first.promise]));
  if (outcome === 'first') await within(world, LOST * (world.clock.monotonicMs() - beginMs), all);
  stop.abort('lost');
  return all;
}

async function measure(
  { clock, programs }: Ground,
  { probe, image, qemu }: Race,
  { name, stop }: { readonly name: AcceleratorName; readonly stop: AbortSignal },
): Promise<Measurement> {
  const beginMs = clock.monotonicMs();
  const watch = new Stopwatch(clock);
  const ended = await programs.run(qemu.system, probe.arguments(name, image), {
    signal: stop,
    hear: (text) => watch.hear(text),
  });
  const { measuredMs } = watch;
  if (measuredMs !== undefined && ended.code === probe.exitCode) return { name, measuredMs };
  const afterMs = Math.round(clock.monotonicMs() - beginMs);
  if (stop.aborted) return { name, why: `not done when it was ended after ${afterMs} ms` };
  return { name, why: lastLine(ended.stderr) || `ended with ${ended.code ?? 'a signal'} after ${afterMs} ms` };
}

/** Measures from when the work says that it begins to when it says that it is done. */
class Stopwatch {
  readonly #clock: Clock;
  #beginMs: number | undefined;
  #endMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear(text: string): void {
    const nowMs = this.#clock.monotonicMs();
    if (text.includes(BEGIN)) this.#beginMs ??= nowMs;
    if (text.includes(END)) this.#endMs ??= nowMs;
  }

  /** Never nothing, for it is divided by. */
  get measuredMs(): number | undefined {
    if (this.#beginMs === undefined || this.#endMs === undefined) return undefined;
    return Math.max(1, this.#endMs - this.#beginMs);
  }
}
