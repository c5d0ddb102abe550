import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNodeBundle } from '#cloud-init/node-bundle.ts';
import { SystemFiles } from '#std/system-files.ts';
import { sha256Hex } from '#std/hash.ts';

const files = new SystemFiles();

describe('the bundle of a node’s scripts', () => {
  test('is what is in the folder, and nothing that others left there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bootstrap-bundle-'));
    await mkdir(join(folder, 'stages'));
    await mkdir(join(folder, '__pycache__'));
    const all = [
      'run',
      'lib.sh',
      'unpack_it.py',
      'stages/a.sh',
      'one.service',
      '.hidden',
      'lib.sh~',
      '__pycache__/a.pyc',
    ];
    for (const name of all) await writeFile(join(folder, name), `${name}\n`);
    const { sha256, bytes } = await readNodeBundle(files, folder);
    expect(sha256).toBe(sha256Hex(bytes));
    expect(listed(bytes)).toEqual([
      '-rwxr-xr-x 0/0 lib.sh',
      '-rw-r--r-- 0/0 one.service',
      '-rwxr-xr-x 0/0 run',
      '-rwxr-xr-x 0/0 stages/a.sh',
      '-rwxr-xr-x 0/0 unpack_it.py',
    ]);
    // The same, whenever and with whatever rights it was written.
    await utimes(join(folder, 'run'), 1, 1);
    expect((await readNodeBundle(files, folder)).sha256).toBe(sha256);
    await writeFile(join(folder, 'run'), 'another\n');
    expect((await readNodeBundle(files, folder)).sha256).not.toBe(sha256);
    await rm(folder, { recursive: true });
  });

  test('holds what machines start with', async () => {
    const { bytes } = await readNodeBundle(files);
    expect(listed(bytes)).toEqual(
      expect.arrayContaining(['-rwxr-xr-x 0/0 agent.sh', '-rwxr-xr-x 0/0 run-stage', '-rw-r--r-- 0/0 request.conf']),
    );
    expect(bytes.length).toBeLessThan(262_144);
  });
});

/** As the system's own tar sees it. */
function listed(bytes: Uint8Array): readonly string[] {
  const lines = execFileSync('tar', ['-tvzf', '-'], { input: bytes, encoding: 'utf8' }).trimEnd().split('\n');
  return lines.map((line) => {
    const [mode, owner, , , , name] = line.split(/ +/);
    return `${mode} ${owner} ${name}`;
  });
}
