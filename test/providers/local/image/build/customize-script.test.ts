import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { filesScript, tidyScript } from '#providers/local/image/build/customize-script.ts';
import { TREE_FILES, TREE_LINKS } from '#providers/local/image/build/tree-files.ts';

const Modules = z.array(z.string());
const CloudInit = z
  .object({ cloud_init_modules: Modules, cloud_config_modules: Modules, cloud_final_modules: Modules })
  .transform((stages) => [stages.cloud_init_modules, stages.cloud_config_modules, stages.cloud_final_modules]);

const run = promisify(execFile);
let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-tree-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

test('the shell writes exactly the files that are wanted, also a second time', async () => {
  const files = [...TREE_FILES, { path: '/etc/odd', text: `it's "$HOME" \\n %s\n\tend` }];
  const script = filesScript(files, TREE_LINKS);
  await run('sh', ['-c', script, 'sh', root]);
  await run('sh', ['-c', script, 'sh', root]);
  for (const { path, text } of files) expect(await readFile(join(root, path), 'utf8')).toBe(text);
  for (const { path, to } of TREE_LINKS) expect(await readlink(join(root, path))).toBe(to);
});

test('of the kernel’s modules those stay that are asked for, with what they need, unpacked', async () => {
  const modules = 'usr/lib/modules/6.12.1';
  const dep = [
    'kernel/drivers/net/wireguard/wireguard.ko.xz: kernel/net/odd/udp_tunnel.ko.xz',
    'kernel/net/odd/udp_tunnel.ko.xz:',
    'kernel/arch/x86/kvm/kvm.ko.xz: kernel/net/odd/only-for-kvm.ko.xz',
    'kernel/net/odd/only-for-kvm.ko.xz:',
  ];
  for (const line of dep) await put(`${modules}/${line.split(':')[0]?.replace('.xz', '')}`, line);
  await run('sh', ['-c', 'find "$1" -name "*.ko" -exec xz {} +', 'sh', root]);
  await put(`${modules}/modules.dep`, `${dep.join('\n')}\n`);
  await put('etc/ssh/ssh_host_ed25519_key', 'secret');
  await put('etc/dpkg/dpkg.cfg.d/99mmdebstrap', 'path-exclude=/x\nforce-confold\nforce-unsafe-io\n');
  await put('var/log/dpkg.log', 'today');
  await tidied();
  const left = await readdir(root, { recursive: true, withFileTypes: true });
  const files = left
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  expect(files.toSorted()).toEqual([
    'bin/chroot',
    'etc/.updated',
    'etc/dpkg/dpkg.cfg.d/99mmdebstrap',
    `${modules}/kernel/drivers/net/wireguard/wireguard.ko`,
    `${modules}/kernel/net/odd/udp_tunnel.ko`,
    `${modules}/modules.dep`,
    'var/.updated',
  ]);
  expect(await readFile(join(root, 'etc/dpkg/dpkg.cfg.d/99mmdebstrap'), 'utf8')).toBe('path-exclude=/x\n');
});

/** Only root may change the root: here it is enough that it was asked for the modules of this kernel. */
async function tidied(): Promise<void> {
  await put('bin/chroot', '#!/bin/sh\n[ "$*" = ". depmod 6.12.1" ]\n');
  await chmod(join(root, 'bin/chroot'), 0o755);
  await run('sh', ['-c', `PATH="$1/bin:$PATH"\n${tidyScript()}`, 'sh', root]);
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

test('names come from files and the DNS alone, and the name server is left to the seed', () => {
  const hosts = TREE_FILES.find(({ path }) => path === '/etc/nsswitch.conf')?.text;
  expect(/^hosts: (.*)$/m.exec(hosts ?? '')?.[1]).toBe('files dns');
  expect(TREE_FILES.find(({ path }) => path === '/etc/resolv.conf')?.text).not.toMatch(/^nameserver/m);
});

test('no module of cloud-init is listed twice, and what a seed asks of it is there', () => {
  const text = TREE_FILES.find(({ path }) => path.startsWith('/etc/cloud/'))?.text ?? '';
  const all = CloudInit.parse(parse(text)).flat();
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(
    expect.arrayContaining([
      'bootcmd',
      'write_files',
      'resizefs',
      'set_hostname',
      'users_groups',
      'ssh',
      'runcmd',
      'scripts_user',
      'final_message',
    ]),
  );
});
