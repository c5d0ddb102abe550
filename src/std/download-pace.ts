import type { Clock } from './clock.ts';

export interface DownloadProgress {
  readonly bytes: number;
  /** Undefined: the server does not say. */
  readonly of: number | undefined;
  readonly bytesPerSecond: number;
}

const WINDOW_MS = 5_000;
/** More often nobody can read it. */
const TELL_EVERY_MS = 250;

/** How fast bytes have been coming lately, told now and then. */
export class Pace {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #tell: (progress: DownloadProgress) => void;
  readonly #of: number | undefined;
  #marks: readonly { readonly atMs: number; readonly bytes: number }[];
  #bytes: number;
  #toldAtMs = -Infinity;

  constructor(
    clock: Pick<Clock, 'monotonicMs'>,
    tell: (progress: DownloadProgress) => void,
    { bytes, of }: Pick<DownloadProgress, 'bytes' | 'of'>,
  ) {
    this.#clock = clock;
    this.#tell = tell;
    this.#of = of;
    this.#bytes = bytes;
    this.#marks = [{ atMs: clock.monotonicMs(), bytes }];
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#toldAtMs >= TELL_EVERY_MS) this.#say(nowMs);
  }

  end(): void {
    this.#say(this.#clock.monotonicMs());
  }

  #say(nowMs: number): void {
    this.#toldAtMs = nowMs;
    const lately = this.#marks.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    const first = lately[0] ?? this.#marks.at(-1) ?? { atMs: nowMs, bytes: this.#bytes };
    this.#marks = [...(lately.length === 0 ? [first] : lately), { atMs: nowMs, bytes: this.#bytes }];
    const elapsedMs = nowMs - first.atMs;
    const bytesPerSecond = elapsedMs > 0 ? Math.round(((this.#bytes - first.bytes) * 1_000) / elapsedMs) : 0;
    this.#tell({ bytes: this.#bytes, of: this.#of, bytesPerSecond });
  }
}
