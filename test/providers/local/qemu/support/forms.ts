import type { MachineForm } from '#providers/local/qemu/machine-form.ts';

/** A machine as the provider describes it, with what a test wants otherwise. */
export function formWith(changes: Partial<MachineForm> = {}): MachineForm {
  return {
    uuid: '6f1d2c3b-8a00-8000-a000-0123456789ab',
    title: 'dev node.worker-1',
    vcpus: 2,
    memoryMiB: 4_096,
    architecture: 'amd64',
    accelerator: 'kvm',
    systemDisk: '/data/m/system.qcow2',
    dataDisks: [{ path: '/data/m/data-1.qcow2', serial: 'data-1' }],
    seed: '/data/m/seed.img',
    boot: undefined,
    outside: {
      mac: '52:54:00:01:02:03',
      isOffline: false,
      forwards: [
        { hostPort: 20_022, guestPort: 22 },
        { hostPort: 20_443, guestPort: 6_443 },
      ],
    },
    segment: { socket: '/run/b/net.sock', mac: '52:54:01:04:05:06' },
    door: ['/usr/bin/node', '/opt/b/door.js', '/data/boxes/m'],
    serialLog: '/data/m/serial.log',
    programLog: '/data/m/qemu.log',
    pidFile: '/data/m/qemu.pid',
    monitor: '/run/b/m.qmp',
    ...changes,
  };
}
