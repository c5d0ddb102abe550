import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { clusterFile, Desk, FOREVER, NAME, TARGET, UNINTERRUPTED } from './support/desk.ts';

const OPEN = clusterFile().replace(/access:\n.*\n/, '');
const FOUND = '203.0.113.7/32';

describe('a file that leaves open who may come in', { timeout: 60_000 }, () => {
  test('is completed with where the operator is, said before anything is made, and kept', async () => {
    await using desk = await Desk.alone();
    expect(OPEN).not.toContain('access');
    expect(await desk.create(OPEN)).toMatchObject({ ok: true });
    const told = desk.events.map(({ type }) => type);
    expect(desk.events).toContainEqual({ type: 'access-found', range: FOUND });
    expect(told.indexOf('access-found')).toBeLessThan(told.indexOf('change-started'));
    expect(await readFile(desk.places.of(NAME).file, 'utf8')).toMatch(
      /# Where the operator was.*\naccess:\n {2}from: \[ 203\.0\.113\.7\/32 \]/,
    );
  });

  test('keeps whom it let in first, whatever is said of where the operator is now', async () => {
    await using desk = await Desk.alone();
    await desk.create(clusterFile());
    desk.events.length = 0;
    const outcome = await desk.create(OPEN.replace('worker: { count: 1 }', 'worker: { count: 2 }'));
    expect(outcome.ok).toBe(true);
    expect(desk.events.some(({ type }) => type === 'access-found')).toBe(false);
    const kept = await readFile(desk.places.of(NAME).file, 'utf8');
    expect(kept).toContain('from: [ 203.0.113.0/24 ]');
    expect(kept).toContain('worker: { count: 2 }');
    expect(await desk.app().plan(TARGET, { refresh: true }, FOREVER)).toMatchObject({ isEmpty: true });
  });

  test('is planned with it, and nothing is written down', async () => {
    await using desk = await Desk.alone();
    await desk.edit(OPEN);
    const { file } = desk.places.of(NAME);
    const planned = await desk.app().plan({ file }, { refresh: true }, FOREVER);
    expect(planned).toMatchObject({ exists: false, accessFound: FOUND });
    expect(await readFile(file, 'utf8')).toBe(OPEN);
  });

  test('is not asked about again by the runs after it', async () => {
    await using desk = await Desk.alone();
    await desk.create(OPEN);
    desk.events.length = 0;
    await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED);
    expect(desk.events.some(({ type }) => type === 'access-found')).toBe(false);
  });
});

test('a file that says who may come in is left as it is', { timeout: 60_000 }, async () => {
  await using desk = await Desk.alone();
  await desk.create(clusterFile());
  expect(await readFile(desk.places.of(NAME).file, 'utf8')).toBe(clusterFile());
  expect(desk.events.some(({ type }) => type === 'access-found')).toBe(false);
});

test('before there is any cluster, the provider says where the workstation is', async () => {
  await using desk = await Desk.alone();
  expect(await desk.app().whereFrom('simulator', FOREVER)).toBe(FOUND);
});
