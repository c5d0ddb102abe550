import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstalledQemu } from '#providers/local/qemu/installed-qemu.ts';
import type { MachineForm } from '#providers/local/qemu/machine-form.ts';
import { endMachine } from '#providers/local/qemu/machine-process.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemPrograms } from '#std/system-programs.ts';
import { SystemSockets } from '#std/system-sockets.ts';
import { formWith } from './forms.ts';

const standIn = fileURLToPath(new URL('stand-in-main.ts', import.meta.url));

export type Manner = '' | 'failing' | 'slow' | 'deaf' | 'stubborn';

/** A workstation with a stand-in for QEMU, and a machine's directory on it. */
export class Ground implements AsyncDisposable {
  readonly world = {
    clock: new SystemClock(),
    disk: new SystemDisk(),
    files: new SystemFiles(),
    programs: new SystemPrograms(),
    sockets: new SystemSockets(),
  };
  readonly signal = new AbortController().signal;
  readonly home: string;

  private constructor(home: string) {
    this.home = home;
  }

  static async open(): Promise<Ground> {
    return new Ground(await mkdtemp(join(tmpdir(), 'bootstrap-machine-')));
  }

  /** One for each test, so that what is left of one is not found by another. */
  form(changes: Partial<MachineForm> = {}): MachineForm {
    const at = (name: string): string => join(this.home, name);
    return formWith({
      uuid: `00000000-0000-8000-a000-${this.home.slice(-6).padEnd(12, '0')}`,
      outside: { ...formWith().outside, forwards: [] },
      pidFile: at('pid'),
      monitor: at('qmp'),
      programLog: at('log'),
      serialLog: at('serial'),
      ...changes,
    });
  }

  async qemu(manner: Manner = ''): Promise<InstalledQemu> {
    const system = join(this.home, `qemu-${manner}`);
    const script = `#!/bin/sh\nSTAND_IN=${manner} exec '${process.execPath}' '${standIn}' "$@"\n`;
    await writeFile(system, script, { mode: 0o755 });
    const version = { major: 10, minor: 0 };
    return { architecture: 'amd64', system, image: '/none', version, title: 'QEMU 10.0', firmware: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endMachine(this.world, this.form(), this.signal);
    await rm(this.home, { recursive: true });
  }
}
