/**
 * What machines of this provider, and what clusters put on them, may load; all else of a kernel is for hardware that is
 * not there. Paths as `modules.dep` has them, from `kernel/` on; a module's own needs are kept with it.
 */
export const KEPT_MODULES: readonly string[] = [
  'crypto/',
  'arch/[^/]+/crypto/',
  'lib/',
  // The button for power, and how it is heard: without them a machine can only be switched off.
  'drivers/acpi/button[.]',
  'drivers/input/evdev[.]',
  'drivers/block/(loop|nbd|null_blk|rbd|virtio_blk|zram/zram)[.]',
  'drivers/char/hw_random/(rng-core|virtio-rng)[.]',
  'drivers/char/virtio_console[.]',
  'drivers/firmware/qemu_fw_cfg[.]',
  'drivers/md/',
  'drivers/net/(bonding|ipvlan|vxlan|wireguard)/',
  'drivers/net/(dummy|geneve|ifb|macvlan|macvtap|net_failover|tap|tun|veth|virtio_net|vrf)[.]',
  'drivers/ptp/',
  'drivers/scsi/(sd_mod|sr_mod|sg|virtio_scsi)[.]',
  'drivers/virtio/',
  'drivers/watchdog/(i6300esb|softdog)[.]',
  'fs/(9p|autofs|btrfs|ceph|configfs|erofs|ext4|fat|fuse|isofs|nls|overlayfs|squashfs|xfs)/',
  'fs/binfmt_misc[.]',
  'net/(802|8021q|9p|bridge|ceph|core|ipv4|ipv6|key|llc|netfilter|packet|sched|tls|unix|xfrm)/',
];

/** What must be there before the disk can be read. */
export const BOOT_MODULES: readonly string[] = ['virtio_pci', 'virtio_mmio', 'virtio_blk', 'ext4'];

/**
 * The modules in the order in which the kernel takes them, as paths below the modules' directory. Those that are built
 * into the kernel are not in `modules.dep`.
 */
export function loadOrder(modulesDep: string, wanted: readonly string[]): readonly string[] {
  const needs = new Map<string, readonly string[]>();
  const paths = new Map<string, string>();
  for (const line of modulesDep.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const path = line.slice(0, colon);
    needs.set(
      path,
      line
        .slice(colon + 1)
        .split(' ')
        .filter((each) => each !== ''),
    );
    paths.set(moduleName(path), path);
  }
  const ordered = new Set<string>();
  for (const name of wanted) {
    const path = paths.get(name);
    if (path === undefined) continue;
    // Each line has the needs of the needs too, nearest first.
    for (const need of (needs.get(path) ?? []).toReversed()) ordered.add(need);
    ordered.add(path);
  }
  return [...ordered];
}

function moduleName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/[.]ko.*$/, '')
    .replaceAll('-', '_');
}
