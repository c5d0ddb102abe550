import type { Beginning, Setup } from './cloud.ts';
import { type Disturbance, peace } from './disturbance.ts';
import type { Repertoire } from './repertoire.ts';
import { type RunResult, run } from './run.ts';

const SETUP_SEED = 1;

/** Runs scenarios. What an operation begins with is made once, without faults, and copied for every run. */
export class Workshop<Scenario extends Disturbance> {
  readonly #repertoire: Repertoire<Scenario>;
  readonly #setups = new Map<string, Promise<Setup>>();

  constructor(repertoire: Repertoire<Scenario>) {
    this.#repertoire = repertoire;
  }

  async run(scenario: Scenario, tracer?: (line: string) => void): Promise<RunResult> {
    return run(scenario, await this.#setup({ ...scenario, ...UNDISTURBED }), tracer);
  }

  #setup(peaceful: Scenario): Promise<Setup> {
    const key = this.#repertoire.format(peaceful);
    const known = this.#setups.get(key);
    if (known !== undefined) return known;
    const made = this.#makeSetup(peaceful);
    this.#setups.set(key, made);
    return made;
  }

  async #makeSetup(peaceful: Scenario): Promise<Setup> {
    const prelude = this.#repertoire.preludeOf(peaceful);
    const beginning = prelude === undefined ? this.#repertoire.virgin() : await this.#endOf(prelude);
    const undertaking = this.#repertoire.undertakingOf(peaceful);
    const setup: Setup = { ...beginning, ...undertaking, form: undefined };
    const { form } = await this.#expectPeace(peaceful, setup);
    return { ...setup, form };
  }

  async #endOf(peaceful: Scenario): Promise<Beginning> {
    const { end } = await this.#expectPeace(peaceful, await this.#setup(peaceful));
    return end;
  }

  async #expectPeace(peaceful: Scenario, setup: Setup): Promise<RunResult> {
    const result = await run(peaceful, setup);
    const [violation] = result.violations;
    if (violation === undefined) return result;
    throw new Error(`${this.#repertoire.format(peaceful)} fails undisturbed: ${violation.detail}`);
  }
}

const UNDISTURBED: Required<Disturbance> = { ...peace(SETUP_SEED), secondOperatorAtMs: undefined };
