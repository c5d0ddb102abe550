export interface QemuVersion {
  readonly major: number;
  readonly minor: number;
}

/** Debian 12's: what came before has no private segment without root. */
export const OLDEST: QemuVersion = { major: 7, minor: 2 };

/** From `QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)`; undefined: it says something else. */
export function parseVersion(text: string): QemuVersion | undefined {
  const [, major, minor] = /\bversion (\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

export function isAtLeast({ major, minor }: QemuVersion, wanted: QemuVersion): boolean {
  return major > wanted.major || (major === wanted.major && minor >= wanted.minor);
}

export function versionText({ major, minor }: QemuVersion): string {
  return `${major}.${minor}`;
}
