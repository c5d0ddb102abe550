import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const here = import.meta.dirname;
const SPECIFICATION = join(here, '..', '..', '..', 'providers', 'simulator', 'BEHAVIOUR.md');

async function titles(): Promise<string> {
  const names = await readdir(here, { recursive: true });
  const files = names.filter((name) => name.endsWith('.test.ts')).map((name) => readFile(join(here, name), 'utf8'));
  return (await Promise.all(files)).join('\n');
}

/** `S3-1`, in the order of the text. */
async function facts(): Promise<readonly string[]> {
  const text = await readFile(SPECIFICATION, 'utf8');
  return [...text.matchAll(/^- \*\*([A-Z0-9]+-\d+)\*\* /gm)].map(([, fact = '']) => fact);
}

test('every fact of the specification has a test of its number, and every number a fact', async () => {
  const tested = [...(await titles()).matchAll(/['"`]([A-Z0-9]+-\d+): /g)].map(([, fact = '']) => fact);
  const stated = await facts();
  expect(stated.length).toBeGreaterThan(100);
  expect([...new Set(tested)].toSorted()).toEqual(stated.toSorted());
});

test('facts are numbered one after the other in each section', async () => {
  const counts = new Map<string, number>();
  for (const fact of await facts()) {
    const [section = '', number] = fact.split('-');
    const next = (counts.get(section) ?? 0) + 1;
    expect(Number(number)).toBe(next);
    counts.set(section, next);
  }
});
