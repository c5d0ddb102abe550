import { expect, test } from 'vitest';
import { KEPT_MODULES, loadOrder } from '#providers/local/image/build/kernel-modules.ts';

const MODULES_DEP = `kernel/drivers/virtio/virtio.ko:
kernel/drivers/virtio/virtio_ring.ko: kernel/drivers/virtio/virtio.ko
kernel/drivers/virtio/virtio_pci_modern_dev.ko:
kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/virtio_pci_modern_dev.ko kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko
kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko
kernel/drivers/nvme/host/nvme-core.ko:
`;

test('modules are loaded after what they need, each once, and those built into the kernel are passed over', () => {
  expect(loadOrder(MODULES_DEP, ['virtio_pci', 'virtio_blk', 'ext4'])).toEqual([
    'kernel/drivers/virtio/virtio.ko',
    'kernel/drivers/virtio/virtio_ring.ko',
    'kernel/drivers/virtio/virtio_pci_modern_dev.ko',
    'kernel/drivers/virtio/virtio_pci.ko',
    'kernel/drivers/block/virtio_blk.ko',
  ]);
});

test('a module is found by its name whether that is written with dashes, or packed', () => {
  expect(loadOrder('kernel/drivers/nvme/host/nvme-core.ko.xz:\n', ['nvme_core'])).toEqual([
    'kernel/drivers/nvme/host/nvme-core.ko.xz',
  ]);
});

test.each([
  ['kernel/drivers/net/wireguard/wireguard.ko.xz', true],
  ['kernel/drivers/block/rbd.ko.xz', true],
  ['kernel/fs/ceph/ceph.ko.xz', true],
  ['kernel/net/netfilter/nf_tables.ko.xz', true],
  ['kernel/arch/x86/crypto/sha256-ssse3.ko.xz', true],
  ['kernel/drivers/net/tun.ko.xz', true],
  ['kernel/drivers/net/tunnel-of-another.ko.xz', false],
  ['kernel/drivers/net/ethernet/intel/e1000/e1000.ko.xz', false],
  ['kernel/arch/x86/kvm/kvm.ko.xz', false],
])('%s is kept: %s', (path, isKept) => {
  expect(new RegExp(`^kernel/(${KEPT_MODULES.join('|')})`).test(path)).toBe(isKept);
});
