/** Time as a port: wall time for people, monotonic time for every decision. */
export interface Clock {
  wallMs(): number;
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
