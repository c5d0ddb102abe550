/** What can go wrong with machines of a workstation, and with their images. */
export const LOCAL_PROBLEMS = {
  'local.image-missing': {
    summary: 'The image is not in the cache',
    blame: 'user',
    remedy: 'Fetch or build it again; it has to be the very same one:\n  bootstrap image list',
  },
  'local.builder-tools': {
    summary: 'Programs that build an image are not installed',
    blame: 'user',
    remedy: 'Nothing was made. Install the packages named above, then build again:\n  bootstrap image build',
  },
  'local.builder-unfit': {
    summary: 'An image cannot be built on this system',
    blame: 'user',
    remedy:
      'Nothing was made. Build it on a Debian or Ubuntu machine whose user has a line in /etc/subuid and /etc/subgid, or use an official image. See which there are:\n  bootstrap image list',
  },
  'local.build-failed': {
    summary: 'The image could not be built',
    blame: 'user',
    remedy:
      'Nothing of it is left. When what is named above is mended, such as the name of a package or the way to the mirror, build again:\n  bootstrap image build',
  },
  'local.machine-died': {
    summary: 'The process of a machine has ended by itself',
    blame: 'provider',
    remedy:
      'What was only in its memory is lost, so it is not started again: another one takes its place:\n  bootstrap apply NAME',
  },
  'local.switch-failed': {
    summary: 'The switch between the machines does not answer',
    blame: 'provider',
    remedy: 'Its log says why. The machines go on; have it started again:\n  bootstrap apply NAME',
  },
  'local.image-unavailable': {
    summary: 'An image cannot be fetched',
    blame: 'provider',
    remedy:
      'What has come is kept, and the next run goes on from there. Or take a file that you have, by image: { id: /path/to/disk.qcow2 } in the cluster file:\n  bootstrap apply NAME',
  },
  'local.image-digest': {
    summary: 'An image does not have the digest that was promised',
    blame: 'provider',
    remedy:
      'Nothing was started from it. Whoever is between here and its maker may have changed it; when you trust the way, fetch it again:\n  bootstrap apply NAME',
  },
  'local.image-unusable': {
    summary: 'Machines cannot start from this image',
    blame: 'user',
    remedy: 'Name another one by image.id in the cluster file, or none to have the newest:\n  bootstrap apply NAME',
  },
  'local.image-damaged': {
    summary: 'An image in the cache is damaged',
    blame: 'provider',
    remedy: 'The next run fetches it again where that is possible:\n  bootstrap apply NAME',
  },
  'local.image-in-use': {
    summary: 'Machines stand on this image',
    blame: 'user',
    remedy: 'Nothing was removed. Delete their cluster first:\n  bootstrap delete NAME',
  },
  'local.disk-full': {
    summary: 'The disk of this workstation has no room for it',
    blame: 'user',
    remedy: 'Make room in the place named above, then go on:\n  bootstrap apply NAME',
  },
  'local.qemu-missing': {
    summary: 'QEMU is not installed',
    blame: 'user',
    remedy:
      'Install it (Debian, Ubuntu: qemu-system-x86 qemu-utils; Fedora: qemu-system-x86-core qemu-img; Arch: qemu-system-x86 qemu-img; macOS: brew install qemu), then go on:\n  bootstrap apply NAME',
  },
  'local.qemu-old': {
    summary: 'The installed QEMU is too old',
    blame: 'user',
    remedy: 'Install a newer one beside it or in its place, then go on:\n  bootstrap apply NAME',
  },
  'local.qemu-failed': {
    summary: 'QEMU does not work on this workstation',
    blame: 'provider',
    remedy: 'When what it says is mended, go on:\n  bootstrap apply NAME',
  },
  'local.firmware-missing': {
    summary: 'There is no firmware to start these machines',
    blame: 'user',
    remedy:
      'Install it (Debian, Ubuntu: qemu-efi-aarch64; Fedora, Arch: edk2-aarch64; macOS: brew reinstall qemu), then go on:\n  bootstrap apply NAME',
  },
} as const;
