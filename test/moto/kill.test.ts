import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { Workstation } from '../processes/program/workstation.ts';
import { type AccountForm, accountForm } from './account-form.ts';
import { CountingProxy, type Stop } from './counting-proxy.ts';
import { figureTable } from './figures.ts';
import { type MotoServer, startMoto } from './moto-server.ts';
import { type ProgramRun, runProgram } from './run-program.ts';
import { shopFile } from './shop-file.ts';

const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
/** One life alone, to look at it again. */
const ONLY = process.env['KILL_LIFE'];
/** Whole lives of a cluster, shared by lanes with an emulator each. */
const LIVES = 6;
const LANES = 2;
/** One after the other, each in the run that goes on after the one before. */
const KILLS_PER_VERB = 6;
const MINUTES_MS = 60_000;
/** What a run that goes on asks before it comes to where the one before it died. */
const CALLS_TO_LOOK = 40;

const VERBS = ['create', 'apply', 'delete'] as const;
type Verb = (typeof VERBS)[number];

const COMMANDS: Readonly<Record<Verb, readonly string[]>> = {
  create: ['create', '-f', 'first.yaml', '--yes', '--plain'],
  apply: ['apply', '-f', 'changed.yaml', '--plain'],
  delete: ['delete', 'shop', '--yes', '--plain'],
};

const FILES = {
  'first.yaml': shopFile({ nodes: '{ converged: { count: 3 } }', from: '203.0.113.7/32' }),
  // Rules are changed in place, and every machine is replaced.
  'changed.yaml': shopFile({ nodes: '{ converged: { count: 3, machine: m6i.xlarge } }', from: '198.51.100.0/24' }),
};

interface Undisturbed {
  readonly form: AccountForm;
  readonly run: ProgramRun;
}

interface Kill extends Stop {
  readonly verb: Verb;
  readonly operation: string;
}

const kills: Kill[] = [];
const undisturbed = new Map<Verb, Undisturbed>();
let resumedCalls = 0;
const motos: MotoServer[] = [];

beforeAll(async () => {
  for (let lane = 0; lane < LANES; lane += 1) motos.push(await startMoto());
}, MINUTES_MS);

afterAll(async () => {
  for (const moto of motos) await moto[Symbol.asyncDispose]();
  console.log(summary());
});

test(
  'killed at any call to the account, every verb ends when run again as if nothing had happened',
  async () => {
    await measureUndisturbed();
    const all = Array.from({ length: LIVES }, (_, life) => life);
    const lives = all.filter((life) => ONLY === undefined || Number(ONLY) === life).values();
    const lane = async (moto: MotoServer): Promise<void> => {
      for (const life of lives) await live(moto, life);
    };
    await Promise.all(motos.map(lane));
    expect(kills.length).toBeGreaterThanOrEqual(100);
    expect(kills.filter(({ moment }) => moment === 'in-flight').length).toBeGreaterThanOrEqual(30);
  },
  15 * MINUTES_MS,
);

async function measureUndisturbed(): Promise<void> {
  const [moto] = motos;
  if (moto === undefined) throw new RangeError('There is no lane.');
  await using proxy = await CountingProxy.before(moto.endpoint);
  await using workstation = await opened();
  for (const verb of VERBS) {
    const run = await runProgram({ workstation, proxy }, COMMANDS[verb]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    undisturbed.set(verb, { run, form: await accountForm(moto) });
  }
}

/** From the first call to the last, each verb killed several times before it may end. */
async function live(moto: MotoServer, life: number): Promise<void> {
  const random = new SeededRandom(SEED + life);
  await moto.reset();
  await using proxy = await CountingProxy.before(moto.endpoint);
  await using workstation = await opened();
  const bench = { workstation, proxy };
  for (const verb of VERBS) {
    const { form } = expectation(verb);
    const { killed, outputs: killedOutputs } = await killRepeatedly(bench, { verb, life, random });
    const last = await runProgram(bench, COMMANDS[verb]);
    const { code, stderr, calls } = last;
    resumedCalls += calls.length;
    const plan = verb === 'delete' ? undefined : await runProgram(bench, ['plan', 'shop']);
    const seen = { seed: SEED, life, verb, killed, code, stderr, plan: plan?.code, form: await accountForm(moto) };
    const planned = verb === 'delete' ? undefined : 0;
    const wished = { seed: SEED, life, verb, killed, code: 0, stderr: '', plan: planned, form };
    if (!isDeepStrictEqual(seen, wished)) console.log([...killedOutputs, last.stdout].join('\n──\n'));
    expect(seen).toEqual(wished);
  }
}

interface Chain {
  readonly verb: Verb;
  readonly life: number;
  readonly random: SeededRandom;
}

/** One kill in each of as many equal parts of the undisturbed run; a run that goes on looks again at what is there first. */
async function killRepeatedly(
  bench: Parameters<typeof runProgram>[0],
  { verb, life, random }: Chain,
): Promise<{ readonly killed: readonly Kill[]; readonly outputs: readonly string[] }> {
  const killed: Kill[] = [];
  const outputs: string[] = [];
  const total = expectation(verb).run.calls.length;
  let reached = 0;
  for (let place = 0; place < KILLS_PER_VERB; place += 1) {
    const aim = (total * (place + random.float())) / KILLS_PER_VERB;
    const stop: Stop = {
      call: 1 + Math.floor(aim - reached) + (place === 0 ? 0 : CALLS_TO_LOOK),
      moment: (life + place) % 2 === 0 ? 'in-flight' : 'before',
    };
    const { signal, stoppedAt, code, stdout } = await runProgram(bench, COMMANDS[verb], stop);
    outputs.push(stdout);
    // It had less to do than was left of the undisturbed run.
    if (stoppedAt === undefined) {
      if (code !== 0) console.log(outputs.join('\n──\n'));
      expect(code).toBe(0);
      break;
    }
    expect(signal).toBe('SIGKILL');
    killed.push({ ...stop, verb, operation: `${stoppedAt.service} ${stoppedAt.operation}` });
    reached = aim;
  }
  kills.push(...killed);
  return { killed, outputs };
}

async function opened(): Promise<Workstation> {
  const workstation = await Workstation.open();
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(workstation.home, name), text);
  return workstation;
}

function expectation(verb: Verb): Undisturbed {
  const known = undisturbed.get(verb);
  if (known === undefined) throw new RangeError(`Nobody has measured ${verb}.`);
  return known;
}

function summary(): string {
  const inFlight = kills.filter(({ moment }) => moment === 'in-flight').length;
  const byVerb = VERBS.map((verb) => `${verb} ${kills.filter((kill) => kill.verb === verb).length}`).join(', ');
  const operations = new Set(kills.map(({ operation }) => operation)).size;
  return [
    '',
    figureTable(
      'undisturbed, three nodes',
      [...undisturbed].map(([what, { run }]) => ({ what, run })),
    ),
    `kills: ${kills.length} (${byVerb}) · with a call in flight: ${inFlight} · at ${operations} different operations`,
    `calls of the runs that went on at last: ${resumedCalls} · seed ${SEED} (KILL_SEED)`,
    '',
  ].join('\n');
}
