/** A token bucket of the service's side. */
export interface Bucket {
  /** `ec2.RunInstances`. */
  readonly name: string;
  readonly capacity: number;
  readonly refillPerSecond: number;
  /** Whether each region has its own. @default one for the account */
  readonly isRegional?: boolean;
}

export interface Charge {
  readonly bucket: Bucket;
  readonly tokens: number;
}

interface Level {
  tokens: number;
  atMs: number;
}

/** The levels of an account's buckets, in virtual time. Reads of other processes are not known here, their changes are. */
export class Throttle {
  readonly #levels = new Map<string, Level>();

  /** Takes all charges or none. */
  take(charges: readonly Charge[], region: string, nowMs: number): boolean {
    const charged = charges.map(({ bucket, tokens }) => ({ level: this.#level(bucket, region, nowMs), tokens }));
    if (charged.some(({ level, tokens }) => level.tokens < tokens)) return false;
    for (const { level, tokens } of charged) level.tokens -= tokens;
    return true;
  }

  /** What another process has taken. */
  note({ bucket, tokens }: Charge, region: string, atMs: number): void {
    const level = this.#level(bucket, region, atMs);
    level.tokens = Math.max(0, level.tokens - tokens);
  }

  #level(bucket: Bucket, region: string, nowMs: number): Level {
    const name = bucket.isRegional === true ? `${bucket.name}@${region}` : bucket.name;
    const level = this.#levels.get(name);
    if (level === undefined) {
      const full = { tokens: bucket.capacity, atMs: nowMs };
      this.#levels.set(name, full);
      return full;
    }
    const gained = (Math.max(0, nowMs - level.atMs) / 1_000) * bucket.refillPerSecond;
    level.tokens = Math.min(bucket.capacity, level.tokens + gained);
    level.atMs = Math.max(level.atMs, nowMs);
    return level;
  }
}
