import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

const PAUSE_MS = 200;
const LOOKS_MAX = 100;

/** One that keeps what the consoles of its machines have said, and looks when nobody is at the door: a visit is soon over. */
class HeardStand extends ProviderStand {
  override async walk(): Promise<readonly string[]> {
    for (let look = 1; ; look += 1) {
      const found = await super.walk();
      const visits = await Promise.all(found.map(isVisit));
      if (look === LOOKS_MAX || !visits.includes(true)) return found;
      await sleep(PAUSE_MS);
    }
  }

  override async delete(): Promise<void> {
    for (const stand of opened) if (stand instanceof LocalStand) consoles.push(...(await consolesOf(stand)));
    await super.delete();
  }
}

async function isVisit(thing: string): Promise<boolean> {
  const [kind, id] = thing.split(' ');
  if (kind !== 'process') return false;
  // One that is gone meanwhile was one.
  const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => 'door-main');
  return command.includes('door-main') && !command.includes('qemu-system');
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
