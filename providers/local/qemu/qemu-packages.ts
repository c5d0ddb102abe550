import type { Architecture } from '#provider/catalogue.ts';
import { unlessAbsent } from '../acts.ts';
import type { LocalWorld } from '../local-world.ts';

type Commands = Readonly<Record<Architecture, string>>;

/** By what a system calls itself, or says that it is like. */
const BY_SYSTEM: ReadonlyMap<string, Commands> = new Map([
  [
    'debian',
    {
      amd64: 'sudo apt-get install qemu-system-x86 qemu-utils',
      arm64: 'sudo apt-get install qemu-system-arm qemu-efi-aarch64 qemu-utils',
    },
  ],
  [
    'fedora',
    {
      amd64: 'sudo dnf install qemu-system-x86-core qemu-img',
      arm64: 'sudo dnf install qemu-system-aarch64-core edk2-aarch64 qemu-img',
    },
  ],
  [
    'arch',
    {
      amd64: 'sudo pacman -S qemu-system-x86 qemu-img',
      arm64: 'sudo pacman -S qemu-system-aarch64 edk2-aarch64 qemu-img',
    },
  ],
]);

const ON_MAC = 'brew install qemu';
const SYSTEM_FILES = ['/etc/os-release', '/usr/lib/os-release'];

/** How QEMU is installed here. */
export async function howToInstall(
  { files, host }: Pick<LocalWorld, 'files' | 'host'>,
  architecture: Architecture,
): Promise<string> {
  if (host.platform === 'darwin') return `Install it with Homebrew:\n  ${ON_MAC}`;
  for (const path of SYSTEM_FILES) {
    const text = await unlessAbsent(() => files.read(path));
    const commands = systemNames(text ?? '').map((name) => BY_SYSTEM.get(name));
    const known = commands.find((found) => found !== undefined);
    if (known !== undefined) return `Install it, then run this again:\n  ${known[architecture]}`;
  }
  const ways = [...BY_SYSTEM].map(([name, commands]) => `on ${name} by "${commands[architecture]}"`);
  return `Install qemu-system-${PROGRAM_SUFFIX[architecture]} and qemu-img, ${ways.join(', ')}; then see whether it is there:\n  qemu-img --version`;
}

/** As QEMU calls what it emulates. */
export const PROGRAM_SUFFIX: Readonly<Record<Architecture, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** Its own name first, then those it is like: `ID=linuxmint`, `ID_LIKE="ubuntu debian"`. */
function systemNames(release: string): readonly string[] {
  const valueOf = (name: string): string => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  return `${valueOf('ID')} ${valueOf('ID_LIKE')}`.split(' ').filter((name) => name !== '');
}
