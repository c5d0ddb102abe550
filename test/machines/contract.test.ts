import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { localMachines } from '#app/local-machines.ts';
import { placesIn } from '#app/places.ts';
import { systemPorts } from '#app/system-ports.ts';
import { providerContract } from '../provider/contract.ts';
import { oneNode } from '../provider/one-node.ts';
import { ProviderStand } from '../provider/provider-stand.ts';

const rooms: string[] = [];
afterAll(() => Promise.all(rooms.map((room) => rm(room, { recursive: true, force: true }))));

providerContract('local', {
  async open() {
    const room = await mkdtemp(join(tmpdir(), 'bootstrap-'));
    rooms.push(room);
    const variables = Object.fromEntries(
      ['CONFIG', 'STATE', 'DATA', 'CACHE', 'RUNTIME'].map((name) => [
        name === 'RUNTIME' ? 'XDG_RUNTIME_DIR' : `XDG_${name}_HOME`,
        join(room, name.toLowerCase()),
      ]),
    );
    const environment = { variables: { ...process.env, ...variables }, home: room };
    const ports = { ...systemPorts(() => undefined), environment };
    const emit = (): void => undefined;
    const module = await localMachines({ offline: false }, { ports, places: placesIn(environment), emit });
    const image = join(inject('household').home, 'cache', 'bootstrap', 'images', inject('image'));
    const spec = oneNode({
      provider: 'local',
      region: 'local-1',
      zones: ['local-1a'],
      image: { system: 'debian-13', architecture: 'amd64', id: image },
      machine: 'tiny',
    });
    return new ProviderStand({ module, spec, clock: ports.clock, random: ports.random });
  },
});
