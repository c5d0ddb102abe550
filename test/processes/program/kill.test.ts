import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mapLimit } from '#std/map-limit.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { type AccountForm, accountForm } from './account-form.ts';
import { type Kill, Workstation } from './workstation.ts';

const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const CASES_PER_VERB = 18;
const AT_ONCE = 2;
const MINUTES_MS = 60_000;

const VERBS = ['create', 'apply', 'delete'] as const;
type Verb = (typeof VERBS)[number];

const COMMANDS: Readonly<Record<Verb, readonly string[]>> = {
  create: ['create', '-f', 'shop.yaml', '--yes', '--plain'],
  apply: ['apply', '-f', 'changed.yaml', '--plain'],
  delete: ['delete', 'shop', '--yes', '--plain'],
};

function clusterFile({
  workers,
  workerMachine,
  from,
}: {
  workers: number;
  workerMachine: string;
  from: string;
}): string {
  return `name: shop
provider: simulator
domain: shop.example.com
region: eu-west-3
nodes:
  control-plane: { count: 3 }
  worker: { count: ${workers}, machine: ${workerMachine} }
  storage: { count: 3 }
access: { from: [${from}] }
simulator: { speed: 200 }
`;
}

const FILES = {
  'shop.yaml': clusterFile({ workers: 2, workerMachine: 'm7i.large', from: '203.0.113.7/32' }),
  // Something is made, something changed in place, something replaced.
  'changed.yaml': clusterFile({ workers: 3, workerMachine: 'm6i.large', from: '203.0.113.0/24' }),
};

interface Undisturbed {
  readonly form: AccountForm;
  readonly writes: number;
}

const random = new SeededRandom(SEED);
const undisturbed = new Map<Verb, Undisturbed>();
const kills: Kill[] = [];
let fresh: Workstation;
let created: Workstation;

beforeAll(async () => {
  fresh = await opened();
  created = await opened();
  undisturbed.set('create', await measure(created, 'create'));
  for (const verb of ['apply', 'delete'] as const) {
    await using copy = await opened(created);
    undisturbed.set(verb, await measure(copy, verb));
  }
}, 2 * MINUTES_MS);

afterAll(async () => {
  await fresh[Symbol.asyncDispose]();
  await created[Symbol.asyncDispose]();
  const inFlight = kills.filter(({ moment }) => moment === 'after').length;
  console.log(`kills: ${kills.length} · with a call in flight: ${inFlight} · seed ${SEED} (KILL_SEED)`);
});

describe.each(VERBS)('%s', (verb) => {
  test(
    'killed at any write, it ends when run again as if nothing had happened',
    async () => {
      const results = await mapLimit(drawKills(verb), AT_ONCE, (kill) => recover(verb, kill));
      expect(results.map(({ seen }) => seen)).toEqual(results.map(({ wished }) => wished));
    },
    10 * MINUTES_MS,
  );
});

test('there were at least fifty kills, fifteen of them with a call in flight', () => {
  expect(kills.length).toBeGreaterThanOrEqual(50);
  expect(kills.filter(({ moment }) => moment === 'after').length).toBeGreaterThanOrEqual(15);
});

async function opened(original?: Workstation): Promise<Workstation> {
  const workstation = await Workstation.open(original);
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(workstation.home, name), text);
  return workstation;
}

async function measure(workstation: Workstation, verb: Verb): Promise<Undisturbed> {
  const end = await workstation.run(COMMANDS[verb]);
  expect({ ...end, stdout: '' }).toMatchObject({ code: 0, stderr: '' });
  return { form: await accountForm(workstation), writes: end.writes ?? 0 };
}

/** One write out of each of as many equal parts of the run. */
function drawKills(verb: Verb): readonly Kill[] {
  const { writes } = expectation(verb);
  return Array.from({ length: CASES_PER_VERB }, (_, place) => {
    const write = 1 + Math.floor(((place + random.float()) * writes) / CASES_PER_VERB);
    return { write, moment: place % 2 === 0 ? 'after' : 'before' };
  });
}

interface Recovery {
  readonly seen: unknown;
  readonly wished: unknown;
}

/** A run whose writes came in fewer files may end before the chosen one: then an earlier one is chosen. */
async function recover(verb: Verb, kill: Kill): Promise<Recovery> {
  await using workstation = await opened(verb === 'create' ? fresh : created);
  const killed = await workstation.run(COMMANDS[verb], kill);
  if (killed.signal !== 'SIGKILL' && kill.write > 1) return await recover(verb, { ...kill, write: kill.write - 1 });
  kills.push(kill);
  const again = await workstation.run(COMMANDS[verb]);
  const plan = verb === 'delete' ? undefined : await workstation.run(['plan', 'shop']);
  const { form } = expectation(verb);
  const { code, stderr } = again;
  return {
    seen: { verb, kill, by: killed.signal, code, stderr, plan: plan?.code, form: await accountForm(workstation) },
    wished: { verb, kill, by: 'SIGKILL', code: 0, stderr: '', plan: verb === 'delete' ? undefined : 0, form },
  };
}

function expectation(verb: Verb): Undisturbed {
  const known = undisturbed.get(verb);
  if (known === undefined) throw new RangeError(`Nobody has measured ${verb}.`);
  return known;
}
