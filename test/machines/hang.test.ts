import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { probeAccelerator } from '#providers/local/accelerator/accelerator.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { findQemu } from '#providers/local/qemu/installed-qemu.ts';
import { localProvider } from '#providers/local/index.ts';
import { BENCH_CLUSTER } from '../bench/bench-state.ts';
import { ProviderStand } from '../provider/provider-stand.ts';
import { imageOf, LocalStand, oneMachine } from './local-stand.ts';

/** A boot takes more than four times as long, and is silent for longer in between: so the machine seems to hang. */
const PATIENCE_MS = 4_000;

test('a boot that takes too long is given up and tried again, and what its console said is kept', async () => {
  await using stand = await LocalStand.open();
  const { ports, places } = stand;
  const { clock, random, environment, files, processes } = ports;
  const { own, downloads, ...tools } = await ports.workshop();
  const world = { clock, random, environment, files, ...tools };
  const where = localPlaces(places.local);
  const found = await probeAccelerator(world, where.accelerator, await findQemu(world, 'amd64'));
  const module = await localProvider({
    world,
    roots: places.local,
    own,
    isOffline: true,
    downloads,
    workers: processes,
    userDataOf: () => '#cloud-config\n{}\n',
    tell: () => undefined,
    accelerator: { ...found, patienceMs: PATIENCE_MS },
  });
  const spec = oneMachine(imageOf(inject('household'), inject('image')));
  const provider = new ProviderStand({ module, spec, clock, random });
  await expect(provider.apply()).rejects.toThrow(/died each time while starting/);
  const { lostLogs } = where.of(BENCH_CLUSTER);
  const logs = await readdir(lostLogs);
  expect(logs.length).toBeGreaterThanOrEqual(2);
  for (const log of logs) expect(await readFile(join(lostLogs, log), 'utf8')).toContain('Linux version');
  await provider.delete();
  expect(await provider.walk()).toEqual([]);
});
