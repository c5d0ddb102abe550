import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mapLimit } from '#std/map-limit.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { type Command, COMMANDS } from './cloud-blueprint.ts';
import { CloudKind, HoldMoment } from './cloud-protocol.ts';
import { type Death, type KillCase, runKillCase } from './killing.ts';
import { type Beginning, Laboratory } from './laboratory.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Interruption } from './worker-orders.ts';
import { lastWord } from './worker-process.ts';

const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const CASES_PER_COMMAND = 16;
const AT_ONCE = 3;
const MINUTES_MS = 60_000;

/** Every third kill of each kind meets a call, with and without its effect. */
const MOMENTS: readonly ((write: number) => Interruption)[] = [
  (write) => ({ moment: 'before-write', write, signal: 'SIGKILL' }),
  (write) => ({ moment: 'in-call', write, hold: 'after-effect' }),
  (write) => ({ moment: 'after-write', write, signal: 'SIGKILL' }),
  (write) => ({ moment: 'in-call', write, hold: 'before-effect' }),
];

/** A command that nobody disturbed. */
interface Undisturbed {
  readonly outcome: Outcome;
  readonly journalWrites: number;
}

const random = new SeededRandom(SEED);
const undisturbed = new Map<Command, Undisturbed>();
const deaths: Death[] = [];
const laboratories: Laboratory[] = [];
let created: Beginning;

beforeAll(async () => {
  const laboratory = await Laboratory.open();
  laboratories.push(laboratory);
  undisturbed.set('create', await measure(laboratory, 'create'));
  created = laboratory.beginning;
  for (const command of ['update', 'delete'] as const) {
    await using copy = await Laboratory.open(created);
    undisturbed.set(command, await measure(copy, command));
  }
}, 2 * MINUTES_MS);

afterAll(async () => {
  for (const laboratory of laboratories) await laboratory[Symbol.asyncDispose]();
  const count = (holds: (death: Death) => boolean) => deaths.filter(holds).length;
  const late = deaths.flatMap((death) => death.late).filter(({ hadEffect }) => hadEffect);
  const figures = [
    `kills: ${deaths.length}`,
    `with an open intent: ${count(({ openIntents }) => openIntents > 0)}`,
    `open intents: ${deaths.reduce((sum, { openIntents }) => sum + openIntents, 0)}`,
    `with a call in flight: ${count(({ callsInFlight }) => callsInFlight > 0)}`,
    `calls in flight: ${deaths.reduce((sum, { callsInFlight }) => sum + callsInFlight, 0)}`,
    `executed after the death: ${late.length}`,
    `seed ${SEED} (KILL_SEED)`,
  ];
  console.log(figures.join(' · '));
});

describe.each(COMMANDS)('%s', (command) => {
  test(
    'killed at any journal write, it ends when run again as if nothing had happened',
    async () => {
      const beginning = command === 'create' ? undefined : created;
      const recoveries = await recoverAll(beginning, drawCases(command));
      expect(seen(recoveries)).toEqual(wished(recoveries));
    },
    5 * MINUTES_MS,
  );
});

test(
  'a create request that is still under way when its sender dies makes one object, whatever its class',
  async () => {
    const cases = CloudKind.options.flatMap((creating) =>
      HoldMoment.options.map((hold): Interruption => ({ moment: 'in-call', write: 0, hold, creating })),
    );
    const recoveries = await recoverAll(
      undefined,
      cases.map((interruption) => ({ command: 'create', interruption })),
    );
    expect(seen(recoveries)).toEqual(wished(recoveries));
  },
  3 * MINUTES_MS,
);

test(
  'a create that was killed can be deleted instead, and nothing is left',
  async () => {
    const { journalWrites } = expectation('create');
    const cases = [0.3, 0.5, 0.7].map((share): KillCase => {
      const write = Math.ceil(share * journalWrites);
      return {
        command: 'create',
        interruption: { moment: 'in-call', write, hold: 'before-effect' },
        finally: 'delete',
      };
    });
    const recoveries = await recoverAll(undefined, cases);
    expect(seen(recoveries)).toEqual(wished(recoveries));
  },
  2 * MINUTES_MS,
);

test('there were at least fifty kills, ten of them with an open intent and ten with a call in flight', () => {
  expect(deaths.length).toBeGreaterThanOrEqual(50);
  expect(deaths.filter(({ openIntents }) => openIntents > 0).length).toBeGreaterThanOrEqual(10);
  expect(deaths.filter(({ callsInFlight }) => callsInFlight > 0).length).toBeGreaterThanOrEqual(10);
});

async function measure(laboratory: Laboratory, command: Command): Promise<Undisturbed> {
  const end = lastWord(await laboratory.run({ command }));
  expect(end).toMatchObject({ ok: true, problems: [] });
  const outcome = outcomeOf(await laboratory.readState(), laboratory.server.account.contents);
  return { outcome, journalWrites: end?.journalWrites ?? 0 };
}

/** One write out of each of as many equal parts of the run; every fourth recovery is killed as well. */
function drawCases(command: Command): readonly KillCase[] {
  const { journalWrites } = expectation(command);
  return Array.from({ length: CASES_PER_COMMAND }, (_, place): KillCase => {
    const write = 1 + Math.floor(((place + random.float()) * journalWrites) / CASES_PER_COMMAND);
    const at = (number: number) => MOMENTS[number % MOMENTS.length] ?? MOMENTS[0];
    const again = place % 4 === 3 ? at(random.below(4))?.(1 + random.below(journalWrites)) : undefined;
    const interruption = at(place)?.(write);
    if (interruption === undefined) throw new RangeError('There is no moment to kill at.');
    return { command, interruption, again };
  });
}

interface Recovery {
  readonly seen: unknown;
  readonly wished: unknown;
}

function recoverAll(beginning: Beginning | undefined, cases: readonly KillCase[]): Promise<readonly Recovery[]> {
  return mapLimit(cases, AT_ONCE, (killCase) => recover(beginning, killCase));
}

/** A run whose writes came in fewer objects may end before the chosen one: then an earlier one is chosen. */
async function recover(beginning: Beginning | undefined, killCase: KillCase): Promise<Recovery> {
  const result = await runKillCase(beginning, killCase);
  const { interruption } = killCase;
  if (result.deaths.length === 0 && interruption.write > 1)
    return recover(beginning, { ...killCase, interruption: { ...interruption, write: interruption.write - 1 } });
  deaths.push(...result.deaths);
  const { end, deaths: died, ...found } = result;
  const { outcome } = expectation(killCase.finally ?? killCase.command);
  const clean = { ok: true, problems: [], stderr: '', hasWaited: false, withoutIntent: [], duplicates: [] };
  return {
    seen: { killCase, isDead: died.length > 0, ok: end?.ok, problems: end?.problems, ...found },
    wished: { killCase, isDead: true, ...clean, outcome },
  };
}

function seen(recoveries: readonly Recovery[]): readonly unknown[] {
  return recoveries.map((recovery) => recovery.seen);
}

function wished(recoveries: readonly Recovery[]): readonly unknown[] {
  return recoveries.map((recovery) => recovery.wished);
}

function expectation(command: Command): Undisturbed {
  const known = undisturbed.get(command);
  if (known === undefined) throw new RangeError(`Nobody has measured ${command}.`);
  return known;
}
