import type { Provider } from '#engine/runtime.ts';
import type { MemoryObjects } from '#state/memory-store.ts';
import type { FaultLottery, FaultRates } from './faults.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { SimulatedProcess } from './process.ts';
import type { Step } from './undertaking.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

/** What the account holds for a cluster, without anything that differs from run to run: ids become addresses, zones go. */
export type NormalForm = readonly string[];

/** Where a run takes place. */
export interface Scenery {
  readonly world: World;
  readonly faults: FaultLottery;
  readonly ledger: IntentLedger;
  readonly rates: FaultRates;
}

/** A cloud at rest: every run has a copy of its own. */
export interface CloudSeed {
  raise(scenery: Scenery): Cloud;
}

/** One account while a run goes on in it, with the one who watches it. */
export interface Cloud {
  readonly watch: Watch;
  /** A request that was sent may be executed this much later. */
  readonly requestAgeMaxMs: number;
  /** Something may still be made twice or come to its end when everybody has left: only the next run can put that right. */
  readonly mayChangeByItself: boolean;
  providerOf(process: SimulatedProcess): Provider;
  /** From here on nothing goes wrong any more. */
  calmDown(): void;
  /** What the program itself finds there, without its state, is compared with the truth. @default not asked */
  audit?(process: SimulatedProcess): Promise<void>;
  /** When nothing moves any more. */
  judge(expected: Expected): void;
  form(): NormalForm;
  seed(): CloudSeed;
}

export interface Expected {
  readonly form: NormalForm;
  readonly isDelete: boolean;
  readonly isRollback: boolean;
}

/** The world before an operation. */
export interface Beginning {
  readonly nowMs: number;
  readonly objects: MemoryObjects;
  readonly ledger: IntentLedger;
  readonly cloud: CloudSeed;
}

export interface Setup extends Beginning {
  /** What an operator does for this operation. */
  readonly steps: readonly Step[];
  /** What it all comes to in the end. */
  readonly goal: Step;
  /** How the account is left when nothing goes wrong; undefined while that is being found out. */
  readonly form: NormalForm | undefined;
}
