import { dirname } from 'node:path';
import { isProblem, problem } from '#engine/problem.ts';
import type { RunningProgram } from '#std/programs.ts';
import type { LocalWorld } from '../local-world.ts';
import { orderSwitch } from './control-client.ts';
import type { ControlRequestInput, SwitchStatus } from './control-protocol.ts';
import { unlessAbsent } from '../acts.ts';
import type { LinkInput } from './links.ts';
import { SwitchConfig, type SwitchConfigInput, type SwitchPlaces, switchPlaces, SwitchState } from './switch-config.ts';

/** How the program of the switch is started. */
export interface SwitchProgram {
  /** Node itself. */
  readonly node: string;
  /** The path of `switch-main`. */
  readonly program: string;
  /** By which its imports are resolved. */
  readonly conditions: readonly string[];
}

interface SwitchProcessOptions {
  readonly world: Pick<LocalWorld, 'clock' | 'disk' | 'files' | 'programs' | 'sockets'>;
  readonly program: SwitchProgram;
  /** Where its configuration, its log and its word of itself are. */
  readonly directory: string;
}

const LOOK_EVERY_MS = 50;
const STARTED_WITHIN_MS = 30_000;
/** Of two that are started at once, one ends at once: how long the other may then still take. */
const OTHER_WITHIN_MS = 2_000;
const ENDED_WITHIN_MS = 5_000;
const LOG_BYTES = 2_000;

/** The switch of a region, which goes on when the command has ended, as others see it. */
export class SwitchProcess {
  readonly #options: SwitchProcessOptions;
  readonly #places: SwitchPlaces;

  constructor(options: SwitchProcessOptions) {
    this.#options = options;
    this.#places = switchPlaces(options.directory);
  }

  /** Undefined: it does not run. */
  async find(): Promise<SwitchState | undefined> {
    const { files, programs } = this.#options.world;
    const text = await unlessAbsent(() => files.read(this.#places.state));
    const state = text === undefined ? undefined : SwitchState.safeParse(parsed(text)).data;
    if (state === undefined) return undefined;
    const found = await programs.look(state.pid);
    return found?.start === state.start && found.command.includes(this.#places.config) ? state : undefined;
  }

  /** One that runs already is taken as it is: machines of an old QEMU do not come back to another. */
  async start(config: SwitchConfigInput, signal?: AbortSignal): Promise<SwitchState> {
    const { world, directory } = this.#options;
    await world.files.makeDirectory(directory);
    const running = await this.find();
    const text = `${JSON.stringify(SwitchConfig.parse(config), undefined, 2)}\n`;
    if (running !== undefined && (await this.#answers(config.control))) return running;
    if (running !== undefined) await this.stop();
    await world.disk.write(this.#places.config, new TextEncoder().encode(text));
    for (const socket of [config.segment, config.control]) await world.files.makeDirectory(dirname(socket));
    return this.#started(await this.#launch(), config, signal);
  }

  /** Until nothing of it is left but its configuration, its rules and its log. */
  async stop(): Promise<void> {
    const { programs, files } = this.#options.world;
    const running = await this.find();
    if (running !== undefined) {
      await programs.signal(running, 'SIGTERM');
      if (!(await this.#isGone(running))) await programs.signal(running, 'SIGKILL');
      if (!(await this.#isGone(running))) throw this.#failed(`Process ${running.pid} does not end`);
    }
    const config = await this.#config();
    for (const path of config === undefined ? [] : [config.segment, config.control]) await files.remove(path);
    await files.remove(this.#places.state);
  }

  status(): Promise<SwitchStatus> {
    return this.#order({ do: 'status' });
  }

  /** Reads again what names and machines there are, at once. */
  reload(): Promise<SwitchStatus> {
    return this.#order({ do: 'reload' });
  }

  /** In the place of those that held before; they also hold for a switch that is started later. */
  setLinks(links: readonly LinkInput[]): Promise<SwitchStatus> {
    return this.#order({ do: 'set-links', links: [...links] });
  }

  async #order(request: ControlRequestInput): Promise<SwitchStatus> {
    const config = await this.#config();
    if (config === undefined) throw this.#failed('It has never been started');
    return orderSwitch(this.#options.world, config.control, request);
  }

  async #config(): Promise<SwitchConfig | undefined> {
    const text = await unlessAbsent(() => this.#options.world.files.read(this.#places.config));
    return text === undefined ? undefined : SwitchConfig.safeParse(parsed(text)).data;
  }

  async #answers(control: string): Promise<boolean> {
    try {
      await orderSwitch(this.#options.world, control, { do: 'status' });
      return true;
    } catch (error) {
      if (isProblem(error, 'local.switch-failed')) return false;
      throw error;
    }
  }

  #launch(): Promise<RunningProgram> {
    const { world, program } = this.#options;
    const conditions = program.conditions.map((condition) => `--conditions=${condition}`);
    const args = [...conditions, program.program, this.#places.config];
    return world.programs.launch(program.node, args, { output: this.#places.log });
  }

  async #started(launched: RunningProgram, config: SwitchConfigInput, signal?: AbortSignal): Promise<SwitchState> {
    const { clock, programs } = this.#options.world;
    let untilMs = clock.monotonicMs() + STARTED_WITHIN_MS;
    let isAlive = true;
    while (clock.monotonicMs() < untilMs) {
      const found = await this.find();
      if (found !== undefined && (await this.#answers(config.control))) return found;
      if (isAlive && (await programs.look(launched.pid))?.start !== launched.start) {
        isAlive = false;
        untilMs = Math.min(untilMs, clock.monotonicMs() + OTHER_WITHIN_MS);
      }
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
    const tail = await this.#options.world.disk.tail(this.#places.log, LOG_BYTES);
    const said = new TextDecoder().decode(tail).trim();
    throw this.#failed(`${isAlive ? 'It does not answer' : 'It has ended at once'}. The end of its log:\n${said}\n`);
  }

  async #isGone(running: Pick<RunningProgram, 'pid' | 'start'>): Promise<boolean> {
    const { clock, programs } = this.#options.world;
    const untilMs = clock.monotonicMs() + ENDED_WITHIN_MS;
    while ((await programs.look(running.pid))?.start === running.start) {
      if (clock.monotonicMs() > untilMs) return false;
      await clock.sleep(LOOK_EVERY_MS);
    }
    return true;
  }

  #failed(what: string): unknown {
    return problem('local.switch-failed', { detail: `${what}. Its log is ${this.#places.log}.` });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
