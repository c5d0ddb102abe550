import { execFile } from 'node:child_process';
import { arch, availableParallelism, hostname, platform } from 'node:os';
import { promisify } from 'node:util';
import type { HostFacts } from './host-facts.ts';
import { userName } from './system-process.ts';
import { linuxBootId } from './system-process-status.ts';

const MIB = 2 ** 20;
const ARCHITECTURES: ReadonlyMap<string, HostFacts['architecture']> = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);

/** This machine, as far as this process may use it. */
export class SystemHostFacts implements HostFacts {
  readonly name = hostname();
  readonly user = userName();
  readonly platform = platformNamed(platform());
  readonly architecture = ARCHITECTURES.get(arch()) ?? 'other';
  readonly cores = availableParallelism();

  availableMemoryMiB(): Promise<number> {
    return Promise.resolve(Math.floor(process.availableMemory() / MIB));
  }

  async bootId(): Promise<string> {
    return (await linuxBootId()) ?? (await macBootId());
  }
}

function platformNamed(name: string): HostFacts['platform'] {
  return name === 'linux' || name === 'darwin' ? name : 'other';
}

/** Unlike the time of the start, it does not change when the clock is set. */
async function macBootId(): Promise<string> {
  const { stdout } = await promisify(execFile)('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']);
  return stdout.trim();
}
