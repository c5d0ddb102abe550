import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findQemu } from '#providers/local/qemu/installed-qemu.ts';
import { howToInstall } from '#providers/local/qemu/qemu-packages.ts';
import { isAtLeast, parseVersion } from '#providers/local/qemu/qemu-version.ts';
import { FileError } from '#std/files.ts';
import type { HostFacts } from '#std/host-facts.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemHostFacts } from '#std/system-host-facts.ts';
import { SystemPrograms } from '#std/system-programs.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-qemu-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

const DEBIAN_12 = 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright (c) 2003-2022';

async function install(name: string, script: string): Promise<void> {
  await writeFile(join(home, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function workstation(release = 'ID=debian\n') {
  return {
    programs: new SystemPrograms({ variables: { PATH: home } }),
    disk: new SystemDisk(),
    files: filesWith(release),
    host: new SystemHostFacts(),
  };
}

/** A disk that has this for its description of the system. */
function filesWith(release: string): SystemFiles {
  class Released extends SystemFiles {
    override async read(path: string): Promise<string> {
      if (path !== '/etc/os-release') throw new FileError('absent', path);
      return release;
    }
  }
  return new Released();
}

describe('QEMU', () => {
  test('is found with its tool, and tells its version', async () => {
    await install('qemu-system-x86_64', `echo '${DEBIAN_12}'`);
    await install('qemu-img', 'exit 0');
    expect(await findQemu(workstation(), 'amd64')).toEqual({
      architecture: 'amd64',
      system: join(home, 'qemu-system-x86_64'),
      image: join(home, 'qemu-img'),
      version: { major: 7, minor: 2 },
      title: 'QEMU 7.2',
      firmware: undefined,
    });
  });

  test('for arm64 comes with firmware, where QEMU itself looks for such things', async () => {
    const data = join(home, 'share');
    await mkdir(data);
    await writeFile(join(data, 'edk2-aarch64-code.fd'), 'firmware');
    await install(
      'qemu-system-aarch64',
      `case "$1" in -L) echo ${home}/none; echo ${data};; *) echo '${DEBIAN_12}';; esac`,
    );
    await install('qemu-img', 'exit 0');
    expect((await findQemu(workstation(), 'arm64')).firmware).toBe(join(data, 'edk2-aarch64-code.fd'));
  });

  test('that is missing, or is missing a part, is asked for by the name of its packages', async () => {
    await expect(findQemu(workstation(), 'amd64')).rejects.toMatchObject({
      code: 'local.qemu-missing',
      detail: 'qemu-system-x86_64 and qemu-img are not on the search path.',
      remedy: 'Install it, then run this again:\n  sudo apt-get install qemu-system-x86 qemu-utils',
    });
    await install('qemu-img', 'exit 0');
    await expect(findQemu(workstation(), 'arm64')).rejects.toMatchObject({
      code: 'local.qemu-missing',
      detail: 'qemu-system-aarch64 is not on the search path.',
      remedy: 'Install it, then run this again:\n  sudo apt-get install qemu-system-arm qemu-efi-aarch64 qemu-utils',
    });
  });

  test('that is too old is refused', async () => {
    await install('qemu-system-x86_64', "echo 'QEMU emulator version 6.2.0 (Debian 1:6.2+dfsg-2ubuntu6.26)'");
    await install('qemu-img', 'exit 0');
    await expect(findQemu(workstation(), 'amd64')).rejects.toMatchObject({
      code: 'local.qemu-old',
      detail: `${join(home, 'qemu-system-x86_64')} is QEMU 6.2; 7.2 is the oldest that can do what is needed.`,
    });
  });

  test('that does not say which it is has failed', async () => {
    await install('qemu-system-x86_64', 'echo "error while loading shared libraries: libslirp.so.0" >&2; exit 127');
    await install('qemu-img', 'exit 0');
    await expect(findQemu(workstation(), 'amd64')).rejects.toMatchObject({
      code: 'local.qemu-failed',
      detail: `${join(home, 'qemu-system-x86_64')} --version says: error while loading shared libraries: libslirp.so.0`,
    });
  });
});

describe('the packages of QEMU are named', () => {
  const mac: HostFacts = {
    name: 'here',
    user: 'me',
    cores: 2,
    platform: 'darwin',
    architecture: 'arm64',
    availableMemoryMiB: async () => 1_000,
    bootId: async () => '',
  };

  test.each([
    ['ID=debian\nVERSION_ID="13"\n', 'sudo apt-get install qemu-system-x86 qemu-utils'],
    ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', 'sudo apt-get install qemu-system-x86 qemu-utils'],
    ['ID=fedora\n', 'sudo dnf install qemu-system-x86-core qemu-img'],
    ['ID=endeavouros\nID_LIKE="arch"\n', 'sudo pacman -S qemu-system-x86 qemu-img'],
  ])('for a system that says %j', async (release, command) => {
    const remedy = await howToInstall({ files: filesWith(release), host: new SystemHostFacts() }, 'amd64');
    expect(remedy).toBe(`Install it, then run this again:\n  ${command}`);
  });

  test('for a Mac', async () => {
    expect(await howToInstall({ files: filesWith(''), host: mac }, 'arm64')).toBe(
      'Install it with Homebrew:\n  brew install qemu',
    );
  });

  test('for a system that nobody knows, as those that are known call them', async () => {
    const remedy = await howToInstall({ files: filesWith('ID=plan9\n'), host: new SystemHostFacts() }, 'amd64');
    expect(remedy).toBe(
      'Install qemu-system-x86_64 and qemu-img, on debian by "sudo apt-get install qemu-system-x86 qemu-utils", ' +
        'on fedora by "sudo dnf install qemu-system-x86-core qemu-img", on arch by "sudo pacman -S qemu-system-x86 qemu-img"; ' +
        'then see whether it is there:\n  qemu-img --version',
    );
  });
});

test.each([
  [DEBIAN_12, { major: 7, minor: 2 }],
  ['QEMU emulator version 10.0.2', { major: 10, minor: 0 }],
  ['QEMU emulator version 9.1.50 (v9.1.0-1234-gabcdef)', { major: 9, minor: 1 }],
  ['bash: qemu: not found', undefined],
])('the version in %j', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test('versions are told apart by their first number, then by their second', () => {
  const nine = { major: 9, minor: 2 };
  expect(isAtLeast({ major: 9, minor: 2 }, nine)).toBe(true);
  expect(isAtLeast({ major: 10, minor: 0 }, nine)).toBe(true);
  expect(isAtLeast({ major: 9, minor: 1 }, nine)).toBe(false);
  expect(isAtLeast({ major: 8, minor: 9 }, nine)).toBe(false);
});
