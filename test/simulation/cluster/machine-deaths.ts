import { z } from 'zod';
import { stageLetter } from '#host/protocol.ts';
import type { Write } from '#providers/simulator/account-log.ts';
import { type Instance, INSTANCES } from '#providers/simulator/ec2/instance.ts';
import { WELCOMES } from '#providers/simulator/mailroom.ts';
import { type DeliveredWelcome, lettersOfLife, takesWelcomeAtMs } from '#providers/simulator/machine-life.ts';
import { deathAt, type FaultLottery } from '../faults.ts';
import type { World } from '../world.ts';

const DEADLY: ReadonlySet<Instance['fate']['is']> = new Set(['stage-fails', 'hangs', 'vanishes']);
/** What a death is told by. */
const Told = z.looseObject({ stages: z.array(z.string()) });

interface Death {
  readonly stage: string;
  readonly atMs: number;
}

/** Counts at which stage machines come to their end: what they die of is drawn long before they have any. */
export class MachineDeaths {
  readonly #world: World;
  readonly #faults: FaultLottery;
  readonly #instances = new Map<string, Instance>();
  /** By box, the stage. */
  readonly #awaited = new Map<string, string>();

  constructor({ world, faults }: { readonly world: World; readonly faults: FaultLottery }) {
    this.#world = world;
    this.#faults = faults;
  }

  /** The account has changed. */
  follow(writes: readonly Write[]): void {
    for (const { kind, id, value } of writes) {
      if (value === undefined) continue;
      if (kind === INSTANCES.name) this.#takeInstance(INSTANCES.schema.parse(value));
      if (kind === WELCOMES.name) this.#takeWelcome(id, WELCOMES.schema.parse(value));
    }
  }

  #takeInstance(instance: Instance): void {
    this.#instances.set(instance.box, instance);
  }

  #takeWelcome(box: string, welcome: DeliveredWelcome): void {
    const machine = this.#instances.get(box);
    const death = machine === undefined ? undefined : deathOf(machine, welcome);
    if (death === undefined || this.#awaited.get(box) === death.stage) return;
    this.#awaited.set(box, death.stage);
    this.#world.schedule(death.atMs - this.#world.nowMs, 'a machine comes to its end', () =>
      this.#faults.count(deathAt(death.stage)),
    );
  }
}

/** Undefined: it goes through all stages. */
function deathOf(machine: Instance, welcome: DeliveredWelcome): Death | undefined {
  const { fate, endsAtMs = Infinity } = machine;
  const { stages } = Told.parse(JSON.parse(welcome.body));
  const letters = lettersOfLife(machine, welcome).filter(({ atMs }) => atMs <= endsAtMs);
  const stage = stages.find((one) => letters.every(({ name }) => name !== stageLetter(stages, one)));
  const isWelcomed = (takesWelcomeAtMs(machine, welcome.atMs) ?? Infinity) <= endsAtMs;
  if (stage === undefined || !isWelcomed || !DEADLY.has(fate.is)) return undefined;
  return { stage, atMs: endsAtMs === Infinity ? (letters.at(-1)?.atMs ?? 0) : endsAtMs };
}
