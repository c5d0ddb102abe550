import { expect, test, vi } from 'vitest';
import { DirectoryLog } from '#providers/simulator/directory-log.ts';
import { openSimulatedAccount } from '#providers/simulator/index.ts';
import { clusterFile, Desk, FOREVER, NAME, TARGET, UNINTERRUPTED } from './support/desk.ts';

vi.setConfig({ testTimeout: 120_000 });

const FASTER = clusterFile().replace('speed: 500', 'speed: 800');
const OTHERWISE = clusterFile({ workers: 2 }).replace('speed: 500', 'speed: 700');

/** How fast the account is for whoever asks for no speed. */
async function speedOf(desk: Desk): Promise<number> {
  const { clock, random, files } = desk.ports();
  const log = new DirectoryLog({ root: desk.places.simulatedAccount(NAME), files, random });
  const { speed } = await openSimulatedAccount({ clock, random, log });
  return speed;
}

test('a cluster that is made again, with another speed, changes the speed of its old account', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  expect(await speedOf(desk)).toBe(500);
  await desk.delete();
  expect(await desk.create(FASTER)).toMatchObject({ ok: true });
  expect(await speedOf(desk)).toBe(800);
});

test('a living cluster takes up the speed of the file that is handed in, and keeps it', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  expect(await desk.create(FASTER)).toMatchObject({ ok: true, done: 0 });
  expect(await speedOf(desk)).toBe(800);
  await desk.app().status(TARGET, FOREVER);
  expect(await speedOf(desk)).toBe(800);
  await desk.edit(OTHERWISE);
  expect(await desk.app().apply(TARGET, { wait: false }, UNINTERRUPTED)).toMatchObject({ ok: true });
  await desk.app().status(TARGET, FOREVER);
  expect(await speedOf(desk)).toBe(700);
});

test('a workstation that attaches leaves the account as fast as it is', async () => {
  await using desk = await Desk.alone();
  await desk.create();
  const neighbour = await desk.neighbour();
  await neighbour.app().attach({ name: NAME, provider: 'simulator', region: 'eu-west-3' }, FOREVER);
  await neighbour.app().status(TARGET, FOREVER);
  expect(await speedOf(desk)).toBe(500);
});

test('in mean weather the account fails as it never does in calm weather', async () => {
  await using desk = await Desk.alone();
  const retries = (): number => desk.events.filter(({ type }) => type === 'retrying').length;
  await desk.create(clusterFile().replace('speed: 500', 'speed: 500, weather: calm'));
  const calm = retries();
  await desk.create(clusterFile({ workers: 4 }).replace('speed: 500', 'speed: 500, weather: mean'));
  expect(calm).toBe(0);
  expect(retries()).toBeGreaterThan(0);
});
