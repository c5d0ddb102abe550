import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressText } from '#providers/local/ipv4.ts';
import type { KnownMachine } from '#providers/local/switch/links.ts';
import type { SwitchConfigInput } from '#providers/local/switch/switch-config.ts';
import type { NameRecord } from '#providers/local/switch/zone-answers.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemPrograms } from '#std/system-programs.ts';
import { SystemRandom } from '#std/system-random.ts';
import { SystemSockets } from '#std/system-sockets.ts';

export const DOMAIN = 'dev.localhost';

/** A directory of its own for a switch, with what others write for it, laid out as the provider does. */
export class SwitchPlace implements AsyncDisposable {
  readonly root: string;
  readonly directory: string;
  readonly names: string;
  readonly machines: string;
  readonly world = {
    clock: new SystemClock(),
    random: new SystemRandom(),
    files: new SystemFiles(),
    disk: new SystemDisk(),
    programs: new SystemPrograms(),
    sockets: new SystemSockets(),
  };

  private constructor(root: string) {
    this.root = root;
    this.directory = join(root, 'network');
    this.names = join(root, 'names');
    this.machines = join(root, 'machines');
  }

  static async make(): Promise<SwitchPlace> {
    const place = new SwitchPlace(await mkdtemp(join(tmpdir(), 'switch-')));
    for (const directory of [place.names, place.machines]) await mkdir(directory);
    return place;
  }

  config(change: Partial<SwitchConfigInput> = {}): SwitchConfigInput {
    return {
      format: 1,
      region: 'local-1',
      segment: join(this.root, 'run', 'segment'),
      control: join(this.root, 'run', 'switch'),
      address: addressText(0x0a_14_00_02),
      names: { domain: DOMAIN, directory: this.names },
      machines: this.machines,
      ...change,
    };
  }

  async writeRecord(name: string, type: NameRecord['type'], ...values: readonly string[]): Promise<void> {
    const record = { name: `${name}.${DOMAIN}`, type, ttlSeconds: 30, values, instance: 'x'.repeat(32) };
    await this.#write(join(this.names, `${record.name}.${type}.json`), record);
  }

  async writeMachine({ mac, name, zone, region, address }: KnownMachine): Promise<void> {
    const directory = join(this.machines, `i${name}`);
    await mkdir(directory, { recursive: true });
    await this.#write(join(directory, 'mark.json'), {
      cluster: 'c',
      instance: 'i',
      address: `${region}.machine.${name}`,
    });
    const description = {
      format: 1,
      zone,
      mac: { outside: '52:54:00:00:00:01', segment: mac },
      privateAddress: address,
    };
    await this.#write(join(directory, 'machine.json'), description);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** As the provider writes: whole, or not at all. */
  async #write(path: string, content: object): Promise<void> {
    await this.world.disk.write(path, Buffer.from(JSON.stringify(content)));
  }

  /** Half a file, as nobody of ours leaves it. */
  async litter(path: string): Promise<void> {
    await writeFile(path, '{"name": "ha');
  }
}

/** Waits until something holds that others bring about. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new TypeError(`It does not come about: ${String(holds)}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
