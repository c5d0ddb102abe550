import type { BuildArchitecture } from './image-order.ts';

/** What every machine of a cluster needs before anything is put on it. */
const BASE = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'udev',
  'kmod',
  'e2fsprogs',
  'procps',
  'iproute2',
  'iputils-ping',
  // Without it only root may ping.
  'linux-sysctl-defaults',
  'ca-certificates',
  'curl',
  'openssl',
  'openssh-server',
  'sudo',
  'cloud-init',
  'wireguard-tools',
  'nftables',
  // What the initial file system runs.
  'busybox-static',
] as const;

/** As apt takes it: `nginx`, or `nginx=1.26.3-3`. */
const PACKAGE = /^[a-z0-9][a-z0-9+.-]+(?:=[A-Za-z0-9.+:~-]+)?$/;

export function isPackage(text: string): boolean {
  return PACKAGE.test(text);
}

/** In one order, so that the same wish is the same image. */
export function packagesFor(architecture: BuildArchitecture, chosen: readonly string[]): readonly string[] {
  const all = new Set([...BASE, `linux-image-cloud-${architecture}`, ...chosen]);
  return [...all].toSorted();
}

/** `name=version` of what dpkg's status file says is installed. */
export function installedPackages(status: string): readonly string[] {
  const found: string[] = [];
  for (const paragraph of status.split('\n\n')) {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(paragraph)?.[1];
    const [name, version] = [field('Package'), field('Version')];
    if (name !== undefined && version !== undefined && field('Status') === 'install ok installed') {
      found.push(`${name}=${version}`);
    }
  }
  return found.toSorted();
}
