/** What the image has beside what its packages bring. */
export interface TreeFile {
  readonly path: string;
  readonly text: string;
}

/** A name that stands for another place. */
export interface TreeLink {
  readonly path: string;
  readonly to: string;
}

/**
 * The modules of cloud-init that people write in user-data. Those left out either work at every boot without being asked,
 * for seconds under emulation (locale, grub, apt's own sources, passwords), or are of other systems.
 */
const CLOUD_INIT = `# Machines of the local provider.
datasource_list: [NoCloud, None]
system_info:
  network:
    renderers: [networkd]
manage_etc_hosts: true
ssh_deletekeys: true
ssh_genkeytypes: [ed25519]
cloud_init_modules:
  - seed_random
  - bootcmd
  - write_files
  - resizefs
  - disk_setup
  - mounts
  - ca_certs
  - set_hostname
  - update_hostname
  - update_etc_hosts
  - users_groups
  - ssh
cloud_config_modules:
  - timezone
  - runcmd
cloud_final_modules:
  - package_update_upgrade_install
  - write_files_deferred
  - scripts_per_once
  - scripts_per_boot
  - scripts_per_instance
  - scripts_user
  - final_message
`;

/** At a start only these are told to udev once more; a hundred terminals and parts of the board have nothing to say. */
const DEVICES = ['block', 'input', 'misc', 'net', 'pci', 'ptp', 'rtc', 'virtio', 'virtio-ports', 'watchdog'];

const COLDPLUG = `[Service]
ExecStart=
ExecStart=-udevadm trigger --type=devices --action=add ${DEVICES.map((name) => `--subsystem-match=${name}`).join(' ')}
`;

export const TREE_FILES: readonly TreeFile[] = [
  { path: '/etc/cloud/cloud.cfg.d/90_local.cfg', text: CLOUD_INIT },
  // Nobody has to find out by what is attached whether there is anything to do.
  { path: '/etc/cloud/ds-identify.cfg', text: 'policy: enabled\n' },
  { path: '/etc/systemd/system/systemd-udev-trigger.service.d/10-local.conf', text: COLDPLUG },
  // What is not told to udev is not found by it: the button for power, here.
  { path: '/etc/modules-load.d/button.conf', text: 'button\n' },
  { path: '/etc/default/locale', text: 'LANG=C.UTF-8\n' },
  { path: '/etc/fstab', text: '# The kernel is told what the root is.\n' },
  { path: '/etc/hosts', text: '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' },
  { path: '/etc/hostname', text: 'localhost\n' },
  // Nothing here makes names up: what is in the files or in the DNS, and no more.
  {
    path: '/etc/nsswitch.conf',
    text: [
      'passwd: files systemd',
      'group: files systemd',
      'shadow: files',
      'gshadow: files',
      'hosts: files dns',
      'networks: files',
      'protocols: files',
      'services: files',
      'ethers: files',
      'rpc: files',
      '',
    ].join('\n'),
  },
  { path: '/etc/resolv.conf', text: '# The seed of the machine says which server to ask.\n' },
  // The kernel is the workstation's to choose, and what it needs before the disk is made there.
  { path: '/etc/initramfs-tools/update-initramfs.conf', text: 'update_initramfs=no\nbackup_initramfs=no\n' },
  // Empty: every machine gets one of its own, without being taken for one that has never been set up.
  { path: '/etc/machine-id', text: '' },
];

/** What costs every start of a machine, most of all an emulated one, and that nothing here asks for. */
const MASKED = [
  // Work of days, for machines of minutes.
  'apt-daily.service',
  'apt-daily.timer',
  'apt-daily-upgrade.service',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  // The serial line is for the log alone.
  'console-getty.service',
  'getty@.service',
  'serial-getty@.service',
  // Hardware and firmware that the machine does not have.
  'modprobe@drm.service',
  'modprobe@efi_pstore.service',
  'systemd-pstore.service',
  'systemd-udev-load-credentials.service',
  // The kernel mounts the root as it stays; what is temporary lies on it, for memory is dear.
  'run-lock.mount',
  'systemd-remount-fs.service',
  'tmp.mount',
  // Chance comes from the workstation, leases of addresses are asked for anew.
  'systemd-networkd-persistent-storage.service',
  'systemd-random-seed.service',
  // Mounts for those who look into kernels, or have memory in plenty.
  'dev-hugepages.mount',
  'proc-sys-fs-binfmt_misc.automount',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'systemd-binfmt.service',
];

/** They look for partitions, consoles, chips and old ways of starting that are not there. */
const MASKED_GENERATORS = [
  'systemd-getty-generator',
  'systemd-gpt-auto-generator',
  'systemd-hibernate-resume-generator',
  'systemd-rc-local-generator',
  'systemd-run-generator',
  'systemd-ssh-generator',
  'systemd-system-update-generator',
  'systemd-tpm2-generator',
];

const UNITS = '/usr/lib/systemd/system';
const OWN_UNITS = '/etc/systemd/system';

export const TREE_LINKS: readonly TreeLink[] = [
  ...MASKED.map((unit) => ({ path: `${OWN_UNITS}/${unit}`, to: '/dev/null' })),
  ...MASKED_GENERATORS.map((name) => ({ path: `/etc/systemd/system-generators/${name}`, to: '/dev/null' })),
  ...[
    ['dbus-org.freedesktop.network1.service', 'systemd-networkd.service'],
    ['multi-user.target.wants/systemd-networkd.service', 'systemd-networkd.service'],
    ['network-online.target.wants/systemd-networkd-wait-online.service', 'systemd-networkd-wait-online.service'],
    ['sockets.target.wants/systemd-networkd.socket', 'systemd-networkd.socket'],
  ].map(([wanted, unit]) => ({ path: `${OWN_UNITS}/${wanted}`, to: `${UNITS}/${unit}` })),
  { path: '/var/lib/dbus/machine-id', to: '/etc/machine-id' },
];
