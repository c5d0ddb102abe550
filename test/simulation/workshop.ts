import { type RunResult, runScenario } from './run.ts';
import type { Scenario } from './scenario.ts';
import { type Beginning, type Setup, virginBeginning } from './setups.ts';
import { CLUSTER, undertakingOf } from './undertaking.ts';
import { foreignText } from './quiescence.ts';
import { FaultLottery } from './faults.ts';
import { SeededRandom } from './seeded-random.ts';
import { ToyAccount } from './toy-account.ts';
import type { Operation } from './topologies.ts';

const SETUP_SEED = 1;

/** Runs scenarios. What an operation begins with is made once, without faults, and copied for every run. */
export class Workshop {
  readonly #setups = new Map<string, Promise<Setup>>();

  async run(scenario: Scenario, tracer?: (line: string) => void): Promise<RunResult> {
    const setup = await this.#setup(scenario.topology, scenario.operation);
    return runScenario(scenario, setup, tracer);
  }

  #setup(topology: string, operation: Operation): Promise<Setup> {
    const key = `${topology}/${operation}`;
    const known = this.#setups.get(key);
    if (known !== undefined) return known;
    const made = this.#makeSetup(topology, operation);
    this.#setups.set(key, made);
    return made;
  }

  async #makeSetup(topology: string, operation: Operation): Promise<Setup> {
    const startsEmpty = operation === 'create' || operation === 'cancel';
    const beginning = startsEmpty ? virginBeginning() : await this.#created(topology);
    const setup: Setup = {
      ...beginning,
      ...undertakingOf(topology, operation),
      foreign: foreignOf(beginning),
      form: undefined,
    };
    const { form } = await expectPeace({ ...PEACE, topology, operation }, setup);
    return { ...setup, form };
  }

  async #created(topology: string): Promise<Beginning> {
    const setup = await this.#setup(topology, 'create');
    const { end } = await expectPeace({ ...PEACE, topology, operation: 'create' }, setup);
    return end;
  }
}

const PEACE = { seed: SETUP_SEED, blows: [], sameHost: false, rates: {} } as const;

async function expectPeace(scenario: Scenario, setup: Setup): Promise<RunResult> {
  const result = await runScenario(scenario, setup);
  const [violation] = result.violations;
  if (violation === undefined) return result;
  throw new Error(`${scenario.topology}/${scenario.operation} fails undisturbed: ${violation.detail}`);
}

function foreignOf({ account, nowMs }: Beginning): string {
  const random = new SeededRandom(0);
  const quiet = { nowMs: () => nowMs, random, faults: new FaultLottery(random, {}), visibleWithinMs: 0 };
  return foreignText({ cluster: CLUSTER, account: new ToyAccount(account, quiet) });
}
