import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MotoServer, startMoto } from '../moto/moto-server.ts';
import { repository } from '../tooling/repository.ts';
import { allFacts } from './all-facts.ts';
import { emulatorJudge, type Judge, seenBy, simulatorJudge } from './judge.ts';
import { MOTO_VERSION, motoChances, motoDifferences, motoShapeDifferences } from './known-differences.ts';
import { readingsOfLives } from './readings.ts';
import { addTo, type Shape } from './shape.ts';
import { shapeDifferences, type Shapes } from './shape-differences.ts';
import { witnessed } from './witnessed-clients.ts';

/** What moto looks at when it is told to; without these it takes any image, type and key. */
const settings = {
  MOTO_ENABLE_AMI_VALIDATION: 'true',
  MOTO_ENABLE_KEYPAIR_VALIDATION: 'true',
  MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION: 'true',
};

/** How many places that the provider looks at the facts show, at least. */
const SEEN_MIN = 150;
const FIRST_ACCOUNT = 200_000_000_000;
const differences = new Map(motoDifferences.map((difference) => [difference.id, difference]));
const shapes: Shapes = new Map();
const tally = { held: 0, differing: 0 };
let moto: MotoServer;

beforeAll(async () => {
  moto = await startMoto({ settings });
});

afterAll(async () => {
  await moto[Symbol.asyncDispose]();
  const { held, differing } = tally;
  console.log(
    `contract: ${allFacts.length} facts, 2 judges: the simulator (all), moto ${MOTO_VERSION} (${held} held, ${differing} known differences)`,
  );
});

describe.concurrent('moto does as AWS does, but for what is listed', () => {
  test.each(allFacts.map((fact, index) => [fact.id, fact.fact, { fact, index }] as const))(
    '%s: %s',
    async (id, _words, { fact, index }) => {
      const judge = overheard(await emulatorJudge(moto.endpoint, String(FIRST_ACCOUNT + index)), shapes);
      const difference = differences.get(id);
      const seen = await seenBy(judge, fact);
      if (motoChances.get(id)?.(seen) === true) return;
      expect(seen).toStrictEqual(difference === undefined ? fact.holds : difference.instead);
      tally[difference === undefined ? 'held' : 'differing'] += 1;
    },
  );
});

test('the list speaks of the moto that is installed', async () => {
  const requirements = await readFile(join(repository, 'test', 'moto', 'moto-requirements.txt'), 'utf8');
  expect(/^moto==(\S+)/m.exec(requirements)?.[1]).toBe(MOTO_VERSION);
});

test('what the provider looks at in answers is there on both sides, and of the same type', async () => {
  const simulated: Shapes = new Map();
  for (const fact of allFacts) await seenBy(overheard(await simulatorJudge(), simulated), fact);
  const readings = await readingsOfLives();
  const seen = [...readings].flatMap(([operation, places]) =>
    [...places].filter((place) => simulated.get(operation)?.has(place)),
  );
  expect(seen.length).toBeGreaterThan(SEEN_MIN);
  expect(shapeDifferences(readings, { simulator: simulated, emulator: shapes })).toEqual(
    Object.keys(motoShapeDifferences).toSorted(),
  );
});

/** A judge whose answers leave their shapes. */
function overheard(judge: Judge, seen: Shapes): Judge {
  return {
    ...judge,
    in: (region) =>
      witnessed(judge.in(region), (operation, output) => {
        const shape: Shape = seen.get(operation) ?? new Map();
        seen.set(operation, shape);
        addTo(shape, output);
        return output;
      }),
  };
}
