import { describe, expect, test } from 'vitest';
import { operationsInCode } from '../providers/aws/support/sent-operations.ts';
import { allFacts } from './all-facts.ts';
import { seenBy, simulatorJudge } from './judge.ts';
import { motoChances, motoDifferences } from './known-differences.ts';
import { witnessed } from './witnessed-clients.ts';

const FACTS_MIN = 120;
/** How many operations the provider sends, at least. */
const SENT_MIN = 80;
const SOURCE = /^https:\/\/(?:docs\.aws\.amazon\.com\/\S+|github\.com\/[\w.-]+\/[\w.-]+\/issues\/\d+)$/;

/** Every operation that a fact asked for, and was answered. */
const asked = new Set<string>();

describe('the simulator does as AWS does', () => {
  test.each(allFacts.map((fact) => [fact.id, fact.fact, fact] as const))('%s: %s', async (_id, _words, fact) => {
    const judge = await simulatorJudge();
    const overheard = {
      ...judge,
      in: (region?: string) =>
        witnessed(judge.in(region), (operation, output) => {
          asked.add(operation);
          return output;
        }),
    };
    expect(await seenBy(overheard, fact)).toStrictEqual(fact.holds);
  });
});

test('there are enough facts, each with a name of its own and a source', () => {
  const ids = allFacts.map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(FACTS_MIN);
  expect(new Set(ids).size).toBe(ids.length);
  expect(allFacts.filter(({ source }) => !SOURCE.test(source)).map(({ id }) => id)).toEqual([]);
});

test('a difference is that of a fact, and is none', () => {
  const facts = new Map(allFacts.map((fact) => [fact.id, fact]));
  for (const { id, instead } of motoDifferences) {
    expect([...facts.keys()]).toContain(id);
    expect(instead).not.toStrictEqual(facts.get(id)?.holds);
  }
  // Where chance decides, the right answer is one of those that may come.
  for (const [id, mayBe] of motoChances) expect(mayBe(facts.get(id)?.holds)).toBe(true);
});

test('every operation that the provider sends has a fact', () => {
  const sent = operationsInCode();
  expect(sent.length).toBeGreaterThan(SENT_MIN);
  expect(sent.filter((operation) => !asked.has(operation))).toEqual([]);
});
