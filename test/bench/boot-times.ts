import type { Change } from '#providers/simulator/account-log.ts';
import type { Witness } from '#providers/simulator/account.ts';
import { INSTANCES, type Instance } from '#providers/simulator/ec2/instance.ts';
import { INSTANCE_PROFILES } from '#providers/simulator/instance-profiles.ts';
import { lettersBy } from '#providers/simulator/machine-life.ts';
import { WELCOMES } from '#providers/simulator/mailroom.ts';

interface Welcome {
  readonly body: string;
  readonly atMs: number;
}

/** What happens in a simulated account by itself, read from its log: nobody can make it faster. */
export class BootTimes implements Witness {
  readonly #instances = new Map<string, Instance>();
  readonly #welcomes = new Map<string, Welcome>();
  readonly #propagationMs: number[] = [];

  after({ atMs, writes }: Change): void {
    for (const { kind, id, value } of writes) {
      if (value === undefined) continue;
      if (kind === INSTANCES.name) this.#noteInstance(INSTANCES.schema.parse(value));
      if (kind === WELCOMES.name) this.#welcomes.set(id, WELCOMES.schema.parse(value));
      if (kind === INSTANCE_PROFILES.name)
        this.#propagationMs.push(INSTANCE_PROFILES.schema.parse(value).usableFromMs - atMs);
    }
  }

  /** From the launch until the machine says hello. */
  bootMs(box: string): number {
    const { helloAtMs = 0, launchedAtMs = 0 } = this.#instances.get(box) ?? {};
    return helloAtMs - launchedAtMs;
  }

  /** From the welcome until the last stage is reported. */
  stagesMs(box: string): number {
    const [instance, welcome] = [this.#instances.get(box), this.#welcomes.get(box)];
    if (instance === undefined || welcome === undefined) return 0;
    return (lettersBy(instance, welcome, Infinity).at(-1)?.atMs ?? 0) - welcome.atMs;
  }

  /** Until EC2 knows of a profile. */
  get propagationMs(): number {
    return Math.min(...this.#propagationMs);
  }

  /** How many launches went before this machine's. */
  launchesBefore(box: string): number {
    const launchedAtMs = this.#instances.get(box)?.launchedAtMs ?? 0;
    const earlier = [...this.#instances.values()].filter((other) => other.launchedAtMs < launchedAtMs);
    return new Set(earlier.map(({ clientToken }) => clientToken)).size;
  }

  #noteInstance(instance: Instance): void {
    this.#instances.set(instance.box, instance);
  }
}
