import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { assetFetcher } from '#app/asset-cache.ts';
import { assetOrders } from '#app/asset-orders.ts';
import { localMachines } from '#app/local-machines.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { BENCH_CLUSTER } from '../bench/bench-state.ts';
import { providerContract } from '../provider/contract.ts';
import { ProviderStand } from '../provider/provider-stand.ts';
import { ImageMaker } from './image-maker.ts';
import { lockedIn } from './node-assets.ts';
import { diskOf, LocalStand, oneMachine } from './local-stand.ts';

const opened: AsyncDisposable[] = [];
afterAll(async () => {
  for (const each of opened.toReversed()) await each[Symbol.asyncDispose]();
});

const consoles: string[] = [];

/** One that keeps what the consoles of its machines have said. */
class HeardStand extends ProviderStand {
  override async delete(): Promise<void> {
    for (const stand of opened) if (stand instanceof LocalStand) consoles.push(...(await consolesOf(stand)));
    await super.delete();
  }
}

async function consolesOf({ places }: LocalStand): Promise<readonly string[]> {
  const { machines } = localPlaces(places.local).of(BENCH_CLUSTER);
  const names = await readdir(machines);
  return Promise.all(names.map((name) => readFile(join(machines, name, 'serial.log'), 'utf8')));
}

providerContract('local, with the image that Debian publishes, without a way out', {
  async open() {
    const stand = await LocalStand.open();
    opened.push(stand);
    const maker = await ImageMaker.open(stand.room, diskOf(inject('household'), inject('image')));
    opened.push(maker);
    const { places } = stand;
    const ports = { ...stand.ports, workshop: async () => ({ ...(await stand.ports.workshop()), downloads: maker }) };
    const hearing = { ports, places, emit: () => undefined };
    const module = await localMachines({ offline: true }, hearing);
    const spec = { ...oneMachine(undefined), assets: lockedIn(inject('assets')) };
    const orders = await assetOrders(ports, spec, module.constructs);
    const assets = { orders, fetchAsset: assetFetcher(hearing) };
    return new HeardStand({ module, spec, assets, clock: ports.clock, random: ports.random });
  },
});

test('a disk that was fetched starts by its own boot loader, and its root takes all of a larger disk', () => {
  expect(consoles).toHaveLength(1);
  expect(consoles[0]).toContain('Command line: BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 rw');
  expect(consoles[0]).toMatch(/EXT4-fs \(vda1\): resized filesystem to 26\d{5}\b/);
});
