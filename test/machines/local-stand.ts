import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placesIn } from '#app/places.ts';
import type { AppPorts } from '#app/ports.ts';
import { systemPorts } from '#app/system-ports.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { oneNode } from '../provider/one-node.ts';
import type { Household } from './household.ts';

/** A workstation of its own in a folder that goes with it. */
export class LocalStand implements AsyncDisposable {
  readonly room: string;
  readonly ports: AppPorts;

  private constructor(room: string) {
    this.room = room;
    const names = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR'];
    const own = Object.fromEntries(names.map((name) => [name, join(room, name.toLowerCase().replace(/\W|_/g, ''))]));
    this.ports = {
      ...systemPorts(() => undefined),
      environment: { variables: { ...process.env, ...own }, home: room },
    };
  }

  static async open(): Promise<LocalStand> {
    return new LocalStand(await mkdtemp(join(tmpdir(), 'bs-')));
  }

  get places() {
    return placesIn(this.ports.environment);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.room, { recursive: true, force: true });
  }
}

/** One small machine that starts from an image of the cache, or by default from what the makers of Debian publish. */
export function oneMachine(id: string | undefined): ClusterSpec {
  return oneNode({
    provider: 'local',
    region: 'local-1',
    zones: ['local-1a'],
    image: { system: 'debian-13', architecture: 'amd64', ...(id === undefined ? {} : { id }) },
    machine: 'tiny',
  });
}

/** The image that was built for these tests, with all that belongs to it. */
export function imageOf({ home }: Household, image: string): string {
  return join(home, 'cache', 'bootstrap', 'images', image);
}

export function diskOf(household: Household, image: string): string {
  return join(imageOf(household, image), 'disk.raw');
}
