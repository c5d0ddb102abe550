import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBucketStub, readNodeStub } from '#cloud-init/node-stub.ts';
import { renderUserData } from '#cloud-init/user-data.ts';
import { SystemFiles } from '#std/system-files.ts';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../cloud-init', import.meta.url));
const SYSTEM_UNITS = 'usr/lib/systemd/system';
const OUR_UNITS = 'etc/systemd/system';
const NODE_UNIT = 'bootstrap-node.service';
const PLACEHOLDER = '#!/bin/true\n';
/** Of 10: what systemd itself calls OK, for a service that works as root on the network's settings. */
const EXPOSURE_MAX = 5;
/** They mount, and shut others in: of root's there is little that they can do without. */
const OWNERS: ReadonlySet<string> = new Set(['bootstrap-containerd.service', 'bootstrap-kubelet.service', NODE_UNIT]);

let scratch: string;
let scripts: readonly string[];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'bootstrap-scripts-'));
  const all = await readdir(FOLDER, { recursive: true, withFileTypes: true });
  scripts = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('what runs on machines', () => {
  test('has nothing in it that ShellCheck has a word to say about', async () => {
    const shell: string[] = [];
    for (const path of scripts) if (await isShell(path)) shell.push(path);
    expect(shell.length).toBeGreaterThan(5);
    const { stdout } = await run('shellcheck', ['--external-sources', '--source-path=SCRIPTDIR', ...shell]);
    expect(stdout).toBe('');
  });

  test('is Python where it says so', async () => {
    const python = scripts.filter((path) => path.endsWith('.py'));
    expect(python.length).toBeGreaterThan(0);
    await run('python3', [
      '-c',
      'import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path).read(), path)',
      ...python,
    ]);
  });
});

describe('user-data', () => {
  test.each<[string, string, boolean]>([
    ['a control-plane machine', 'control-plane', true],
    ['a worker', 'worker', true],
    ['a machine that asks its network for names', 'worker', false],
  ])('of %s has nothing in it that cloud-init does not know', async (name, role, ownNames) => {
    const path = join(scratch, `${name.replaceAll(' ', '-')}.yaml`);
    await writeFile(path, await userData(role, ownNames));
    const { stdout } = await run('cloud-init', ['schema', '--config-file', path]);
    expect(stdout).toMatch(/^Valid (?:cloud-config|schema)/);
  });
});

describe('user-data of a machine whose mailbox is in a bucket', () => {
  test('has nothing in it that cloud-init does not know', async () => {
    const path = join(scratch, 'bucket.yaml');
    await writeFile(path, await bucketUserData());
    const { stdout } = await run('cloud-init', ['schema', '--config-file', path]);
    expect(stdout).toMatch(/^Valid (?:cloud-config|schema)/);
  });

  test('has a unit in it that systemd knows', async () => {
    const { root } = await rootWithUnits();
    await writeFile(join(root, OUR_UNITS, NODE_UNIT), unitIn(await bucketUserData()));
    await mkdir(join(root, 'usr/bin'), { recursive: true });
    await writeFile(join(root, 'usr/bin/python3'), PLACEHOLDER, { mode: 0o755 });
    const verify = ['verify', `--root=${root}`, '--man=no', '--recursive-errors=no', NODE_UNIT];
    const { stdout, stderr } = await run('systemd-analyze', verify);
    expect(stdout + stderr).toBe('');
  });
});

describe('units', () => {
  test('have nothing in them that systemd does not know, and start what is there', async () => {
    const { root, units } = await rootWithUnits();
    expect(units.length).toBeGreaterThan(1);
    const verify = ['verify', `--root=${root}`, '--man=no', '--recursive-errors=no', ...units];
    const { stdout, stderr } = await run('systemd-analyze', verify);
    expect(stdout + stderr).toBe('');
  });

  test('may do no more than they have to', async () => {
    const { root, units } = await rootWithUnits();
    for (const unit of units.filter((name) => name.endsWith('.service') && !OWNERS.has(name))) {
      // Fails by itself above the threshold.
      const judged = ['security', '--offline=true', `--root=${root}`, '--no-pager', `--threshold=${EXPOSURE_MAX * 10}`];
      const { stdout } = await run('systemd-analyze', [...judged, unit]);
      expect(stdout).toContain(`Overall exposure level for ${unit}`);
    }
  });
});

async function isShell(path: string): Promise<boolean> {
  const [first = ''] = (await readFile(path, 'utf8')).split('\n');
  return path.endsWith('.sh') || first === '#!/bin/sh';
}

async function userData(role: string, ownNames: boolean): Promise<string> {
  return renderUserData({
    script: await readNodeStub(new SystemFiles()),
    stub: { format: 1 },
    bundle: 'b'.repeat(64),
    mailbox: 'http://10.0.2.100',
    sshKeys: [`ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)} operator`],
    dns: ownNames ? { address: '10.20.0.2', search: ['dev.localhost'] } : undefined,
    role,
  });
}

async function bucketUserData(): Promise<string> {
  return renderUserData({
    script: await readBucketStub(new SystemFiles()),
    stub: { format: 1 },
    bundle: 'b'.repeat(64),
    mailbox: { bucket: 'bootstrap-blog', region: 'eu-west-3' },
    sshKeys: [],
    role: 'control-plane',
  });
}

/** A disk with the units of a node, systemd's own, and what ours start. */
async function rootWithUnits(): Promise<{ readonly root: string; readonly units: readonly string[] }> {
  const root = join(scratch, 'root');
  await rm(root, { recursive: true, force: true });
  await mkdir(join(root, OUR_UNITS), { recursive: true });
  await cp(join('/', SYSTEM_UNITS), join(root, SYSTEM_UNITS), { recursive: true, verbatimSymlinks: true });
  await symlink('usr/lib', join(root, 'lib'));
  await cp(join(FOLDER, 'node', 'units'), join(root, OUR_UNITS), { recursive: true });
  await cp(join(FOLDER, 'node'), join(root, 'opt/bootstrap/node'), { recursive: true });
  await writeFile(join(root, OUR_UNITS, NODE_UNIT), unitIn(await userData('worker', true)));
  const units = await readdir(join(root, OUR_UNITS));
  for (const program of await programsOf(join(root, OUR_UNITS), units)) {
    // Our own scripts are there, or the unit names one that is not.
    if (program.startsWith('/opt/bootstrap/node/')) continue;
    await mkdir(dirname(join(root, program)), { recursive: true });
    await writeFile(join(root, program), PLACEHOLDER);
    await chmod(join(root, program), 0o755);
  }
  return { root, units };
}

async function programsOf(folder: string, units: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(units.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^Exec\w+=[-+!:@]*(\S+)/gm)].map(([, path = '']) => path));
}

/** As it stands there, without its indentation. */
function unitIn(text: string): string {
  const [, block = ''] = /bootstrap-node\.service\n +content: \|\n((?: {4}.*\n)+)/.exec(text) ?? [];
  return block.replaceAll(/^ {4}/gm, '');
}
