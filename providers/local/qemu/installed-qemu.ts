import { join } from 'node:path';
import { problem } from '#engine/problem.ts';
import type { Architecture } from '#provider/catalogue.ts';
import type { LocalWorld } from '../local-world.ts';
import { howToInstall, PROGRAM_SUFFIX } from './qemu-packages.ts';
import { isAtLeast, OLDEST, parseVersion, type QemuVersion, versionText } from './qemu-version.ts';

export interface InstalledQemu {
  /** Of the machines that it runs. */
  readonly architecture: Architecture;
  /** The programs, by their paths. */
  readonly system: string;
  readonly image: string;
  readonly version: QemuVersion;
  /** For messages: `QEMU 7.2`. */
  readonly title: string;
  /** What starts a disk of arm64; absent: it is not installed, or not needed. */
  readonly firmware: string | undefined;
}

type Ground = Pick<LocalWorld, 'programs' | 'files' | 'disk' | 'host'>;

/** The QEMU of this workstation for machines of this architecture; without it a problem that says how to get it. */
export async function findQemu(world: Ground, architecture: Architecture): Promise<InstalledQemu> {
  const name = `qemu-system-${PROGRAM_SUFFIX[architecture]}`;
  const [system, image] = await Promise.all([world.programs.find(name), world.programs.find('qemu-img')]);
  if (system === undefined || image === undefined) {
    const missing = [...(system === undefined ? [name] : []), ...(image === undefined ? ['qemu-img'] : [])];
    throw problem('local.qemu-missing', {
      detail: `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not on the search path.`,
      remedy: await howToInstall(world, architecture),
    });
  }
  const version = await versionOf(world, system);
  const title = `QEMU ${versionText(version)}`;
  if (!isAtLeast(version, OLDEST)) {
    const detail = `${system} is ${title}; ${versionText(OLDEST)} is the oldest that can do what is needed.`;
    throw problem('local.qemu-old', { detail });
  }
  return { architecture, system, image, version, title, firmware: await findFirmware(world, architecture, system) };
}

async function versionOf({ programs }: Ground, system: string): Promise<QemuVersion> {
  const { stdout, stderr } = await programs.run(system, ['--version']);
  const version = parseVersion(stdout);
  if (version !== undefined) return version;
  throw problem('local.qemu-failed', { detail: `${system} --version says: ${lastLine(stderr) || stdout.trim()}` });
}

const FIRMWARE = 'edk2-aarch64-code.fd';
/** Where distributions put it that do not leave it with QEMU. */
const FIRMWARE_PLACES = [
  '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd',
  '/usr/share/edk2/aarch64/QEMU_EFI.fd',
  '/usr/share/AAVMF/AAVMF_CODE.fd',
];

async function findFirmware(
  { programs, disk }: Ground,
  architecture: Architecture,
  system: string,
): Promise<string | undefined> {
  if (architecture === 'amd64') return undefined;
  const { stdout } = await programs.run(system, ['-L', 'help']);
  const own = stdout.split('\n').filter((line) => line.startsWith('/'));
  for (const path of [...own.map((directory) => join(directory.trim(), FIRMWARE)), ...FIRMWARE_PLACES]) {
    if ((await disk.size(path)) !== undefined) return path;
  }
  return undefined;
}

/** What a program that has failed said in the end. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
