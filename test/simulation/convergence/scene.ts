import { CanaryWatch } from '../canaries.ts';
import { Checker } from '../invariants.ts';
import { foreignText } from '../quiescence.ts';
import { mixSeeds } from '../seeded-random.ts';
import { type ToyBeginning, virginBeginning } from '../setups.ts';
import { ToyAccount } from '../toy-account.ts';
import { TOY_CONSISTENCY } from '../toy-provider.ts';
import { CLUSTER } from '../undertaking.ts';
import { World } from '../world.ts';
import { Casting, type Wishes } from './casting.ts';
import { Weather } from './weather.ts';

export interface SceneOptions {
  readonly seed: number;
  readonly isStormy: boolean;
  readonly wishes: Wishes;
  readonly tracer?: ((line: string) => void) | undefined;
}

const NO_SECRETS = new CanaryWatch([]);

/** A fresh world: an account in which only others live, an empty store, and one who watches all of it. */
export class Scene {
  readonly seed: number;
  readonly isStormy: boolean;
  readonly world: World;
  readonly weather: Weather;
  readonly casting: Casting;
  readonly beginning: ToyBeginning = virginBeginning();
  readonly account: ToyAccount;
  readonly checker: Checker;
  readonly foreign: string;
  #processes = 0;

  constructor({ seed, isStormy, wishes, tracer }: SceneOptions) {
    this.seed = seed;
    this.isStormy = isStormy;
    const world = new World({ seed: mixSeeds(seed), startMs: 0, tracer });
    this.world = world;
    this.weather = new Weather(world.random, isStormy);
    this.casting = new Casting(seed, wishes);
    const { visibleWithinMs } = TOY_CONSISTENCY;
    const common = { nowMs: () => world.nowMs, visibleWithinMs };
    this.account = new ToyAccount(this.beginning.account, { ...common, random: world.random, faults: this.weather });
    this.checker = new Checker({
      ...common,
      cluster: CLUSTER,
      account: this.account,
      ledger: this.beginning.ledger,
      canaries: NO_SECRETS,
      mayDouble: (kind) => kind === 'toy.network',
    });
    this.account.watcher = this.checker;
    this.foreign = foreignText({ cluster: CLUSTER, account: this.account });
  }

  nextProcess(): number {
    this.#processes += 1;
    return this.#processes;
  }
}
