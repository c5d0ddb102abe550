import { mkdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PARTITION_OFFSET_BYTES } from '#providers/local/image/build/boot-loader.ts';
import { buildImage } from '#providers/local/image/build/build-image.ts';
import type { ImageOrder } from '#providers/local/image/build/image-order.ts';
import { ImageForm } from '#providers/local/image/image-form.ts';
import { sha256Hex } from '#std/hash.ts';
import { BuilderHost } from './support/builder-host.ts';
import { entriesOf } from './support/cpio-reader.ts';

/** Makes a tree as small as one can be, whose mke2fs writes down what it was asked for. */
const TREE = `
tree=$(mktemp -d "$ROOT/log/tree-XXXXXX")
lib=$tree/usr/lib/x86_64-linux-gnu
modules=$tree/usr/lib/modules/6.12.1
mkdir -p "$lib" "$tree/boot/grub/i386-pc" "$tree/usr/bin" "$tree/var/lib/dpkg" "$modules/kernel"
printf kernel > "$tree/boot/vmlinuz-6.12.1"
printf first > "$tree/boot/grub/i386-pc/boot.img"
printf core > "$tree/boot/grub/i386-pc/core.img"
printf busybox > "$tree/usr/bin/busybox"
printf block > "$modules/kernel/virtio_blk.ko"
printf ring > "$modules/kernel/virtio_ring.ko"
echo 'kernel/virtio_blk.ko: kernel/virtio_ring.ko' > "$modules/modules.dep"
printf 'Package: a\\nStatus: install ok installed\\nVersion: 1\\n' > "$tree/var/lib/dpkg/status"
cat > "$lib/ld-linux-x86-64.so.2" <<'END'
#!/bin/sh
{ dd if=/dev/zero bs=1048576 count=1 status=none; printf %-4096s "$SOURCE_DATE_EPOCH $E2FSPROGS_FAKE_TIME $*"; } > disk.raw
END
chmod 0755 "$lib/ld-linux-x86-64.so.2"
`;

const MMDEBSTRAP = `
if [ "$1" = --unshare-helper ]; then shift; exec "$@"; fi
for argument; do
  case $argument in --*-hook=*) argument=\${argument%%=*} ;; esac
  echo "$argument"
  case $argument in *.tar) tar=$argument ;; esac
done > "$LOG/mmdebstrap"
echo "$SOURCE_DATE_EPOCH" > "$LOG/epoch"
echo "I: downloading packages with apt..." >&2
${TREE}
tar --create --file "$tar" --directory "$tree" .
echo "I: success in 1.0 seconds" >&2
`;

const HOST = {
  id: 'echo 1000',
  'apt-config': `echo 'Acquire::http::Proxy "http://127.0.0.1:3142";'; echo 'Acquire::AllowInsecureRepositories "1";'; echo 'APT::Architecture "amd64";'`,
  'apt-get': 'exit 0',
  newuidmap: 'exit 0',
  mmdebstrap: MMDEBSTRAP,
};

function order(host: BuilderHost, some: Partial<ImageOrder> = {}): ImageOrder {
  return {
    system: 'debian-13',
    architecture: 'amd64',
    packages: [],
    mirror: 'http://127.0.0.1:9/debian/',
    target: host.target,
    hear: () => {},
    ...some,
  };
}

const never = new AbortController().signal;

describe('an image', () => {
  test('is its disk, its kernel and its description, and nothing else is left', async () => {
    await using host = await BuilderHost.open(HOST);
    const heard: string[] = [];
    const form = await buildImage(
      host.world(),
      order(host, { packages: ['nginx'], hear: (line) => heard.push(line) }),
      never,
    );
    expect(form).toEqual({
      format: 1,
      digest: sha256Hex(await readFile(join(host.target, 'disk.raw'))),
      system: 'debian-13',
      architecture: 'amd64',
      diskFormat: 'raw',
      rootDevice: '/dev/vda1',
      boot: { kernel: 'vmlinuz', initrd: 'initrd.img', append: 'root=/dev/vda1 rw console=ttyS0' },
      origin: { from: 'build', archives: ['http://127.0.0.1:9/debian', 'http://127.0.0.1:9/debian-security'] },
      packages: ['a=1'],
    });
    expect(ImageForm.parse(JSON.parse(await readFile(join(host.target, 'image.json'), 'utf8')))).toEqual(form);
    expect(await readFile(join(host.target, 'vmlinuz'), 'utf8')).toBe('kernel');
    expect(await host.leftovers()).toEqual([]);
    expect(heard).toEqual([
      'debian-13 from http://127.0.0.1:9/debian',
      'downloading the packages of every Debian',
      'making the disk',
      'computing its digest',
    ]);
  });

  test('has before its file system what firmware starts it by', async () => {
    await using host = await BuilderHost.open(HOST);
    await buildImage(host.world(), order(host), never);
    const disk = await readFile(join(host.target, 'disk.raw'));
    expect(disk.toString('latin1', 0, 5)).toBe('first');
    expect(disk.toString('latin1', 512, 516)).toBe('core');
    expect(disk.readUInt32LE(454) * 512).toBe(PARTITION_OFFSET_BYTES);
    expect(disk.readUInt32LE(458) * 512).toBe(disk.length - PARTITION_OFFSET_BYTES);
    expect(disk.toString('latin1', PARTITION_OFFSET_BYTES)).toContain(`-E offset=${PARTITION_OFFSET_BYTES},`);
  });

  test('starts by its drivers in their order', async () => {
    await using host = await BuilderHost.open(HOST);
    await buildImage(host.world(), order(host), never);
    const entries = entriesOf(await readFile(join(host.target, 'initrd.img')));
    expect(entries.map(({ path }) => path)).toEqual([
      'bin',
      'dev',
      'modules',
      'proc',
      'root',
      'dev/console',
      'bin/busybox',
      'init',
      'modules/00-virtio_ring.ko',
      'modules/01-virtio_blk.ko',
    ]);
    expect(entries.find(({ path }) => path === 'dev/console')).toMatchObject({ type: 0o020, device: [5, 1] });
  });

  test('is made of the packages of one release, by the keys of Debian, reached as apt is reached here', async () => {
    await using host = await BuilderHost.open(HOST);
    await buildImage(host.world(), order(host, { packages: ['nginx'] }), never);
    const asked = (await host.logged('mmdebstrap')).replaceAll(host.root, 'ROOT').replace(/bootstrap-image-\w+/, 'OWN');
    expect(asked.split('\n').filter((line) => !line.startsWith('--include='))).toMatchInlineSnapshot(`
      [
        "--mode=unshare",
        "--format=tar",
        "--variant=minbase",
        "--architectures=amd64",
        "--aptopt=Acquire::http::Proxy "http://127.0.0.1:3142";",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/info/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--dpkgopt=force-confold",
        "--dpkgopt=force-unsafe-io",
        "--essential-hook",
        "--customize-hook",
        "--customize-hook",
        "--customize-hook",
        "trixie",
        "ROOT/work/OWN/tree.tar",
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://127.0.0.1:9/debian trixie main",
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://127.0.0.1:9/debian trixie-updates main",
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://127.0.0.1:9/debian-security trixie-security main",
        "",
      ]
    `);
    expect(/^--include=(.*)$/m.exec(asked)?.[1]?.split(',')).toEqual(
      expect.arrayContaining(['cloud-init', 'linux-image-cloud-amd64', 'nginx', 'openssh-server']),
    );
  });

  test('has no time and no chance in it', async () => {
    await using host = await BuilderHost.open(HOST);
    await buildImage(host.world(), order(host), never);
    const disk = (await readFile(join(host.target, 'disk.raw'))).toString('latin1', PARTITION_OFFSET_BYTES);
    expect((await host.logged('epoch')).trim()).toBe('1754697600');
    expect(disk).toMatch(/^1754697600 1754697600 --library-path /);
    expect(disk).toMatch(/ -U [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12} .*hash_seed=[0-9a-f]{8}-/);
  });
});

describe('nothing is made', () => {
  test.each([
    [
      'of a name that is no package',
      {},
      { packages: ['nginx', '--simulate'] },
      'No Debian package is called "--simulate".',
    ],
    [
      'for another kind of machine',
      {},
      { architecture: 'arm64' },
      'An image for arm64 is made on a machine of that kind; this one is amd64.',
    ],
    [
      'on a system without apt',
      { platform: 'darwin' },
      {},
      'Images are made from Debian packages by apt, which this system does not have.',
    ],
  ] as const)('%s', async (_name, facts, some, detail) => {
    await using host = await BuilderHost.open(HOST);
    await expect(buildImage(host.world(facts), order(host, some), never)).rejects.toMatchObject({ detail });
    expect(await host.leftovers()).toEqual([]);
  });

  test('without the programs for it, all of which are named at once', async () => {
    const { mmdebstrap: _one, newuidmap: _two, ...rest } = HOST;
    await using host = await BuilderHost.open(rest);
    await expect(buildImage(host.world({ hasKeys: false }), order(host), never)).rejects.toMatchObject({
      code: 'local.builder-tools',
      detail: 'Missing: mmdebstrap, uidmap, debian-archive-keyring (2023.3+deb12u2 or newer).',
      remedy:
        'Nothing was made. Install what is missing, then build again:\n  sudo apt-get install mmdebstrap uidmap debian-archive-keyring',
    });
  });

  test('without name spaces, and their own words are passed on', async () => {
    const closed = 'echo "newuidmap failed: no line for this user" >&2; exit 1';
    await using host = await BuilderHost.open({ ...HOST, mmdebstrap: closed });
    await expect(buildImage(host.world(), order(host), never)).rejects.toMatchObject({
      code: 'local.builder-unfit',
      detail:
        'This user cannot have a name space of its own with more than one user in it: the builder ended with 1:\nnewuidmap failed: no line for this user',
    });
    expect(await host.leftovers()).toEqual([]);
  });
});

describe('nothing is left', () => {
  const failing = `
if [ "$1" = --unshare-helper ]; then shift; exec "$@"; fi
mkdir "$TMPDIR/mmdebstrap.tree"
echo "E: Unable to locate package nginx" >&2
`;

  test('of a build that failed, and the last that was said is told', async () => {
    await using host = await BuilderHost.open({ ...HOST, mmdebstrap: `${failing}exit 25` });
    await expect(buildImage(host.world(), order(host), never)).rejects.toMatchObject({
      code: 'local.build-failed',
      detail: 'mmdebstrap ended with 25:\nE: Unable to locate package nginx',
    });
    expect(await host.leftovers()).toEqual([]);
  });

  test('of a build that was stopped', async () => {
    await using host = await BuilderHost.open({ ...HOST, mmdebstrap: `${failing}: > "$LOG/begun"\nsleep 60` });
    const stop = new AbortController();
    const building = buildImage(host.world(), order(host), stop.signal);
    while (
      !(await host.logged('begun').then(
        () => true,
        () => false,
      ))
    )
      await wait(20);
    stop.abort(new Error('stopped by hand'));
    await expect(building).rejects.toThrow('stopped by hand');
    expect(await host.leftovers()).toEqual([]);
  });

  test('of a build that was killed long ago, while one that may still run is left alone', async () => {
    await using host = await BuilderHost.open(HOST);
    const [old, young] = ['bootstrap-image-old', 'bootstrap-image-young'];
    for (const name of [old, young, 'of-somebody-else']) await mkdir(join(host.work, name));
    const dayAgo = Date.now() / 1000 - 86_400;
    for (const name of [old, 'of-somebody-else']) await utimes(join(host.work, name), dayAgo, dayAgo);
    await buildImage(host.world(), order(host), never);
    expect((await host.leftovers()).toSorted()).toEqual([young, 'of-somebody-else']);
  });
});
