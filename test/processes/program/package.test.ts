import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../../tooling/repository.ts';

let folder: string;

function run(program: string, args: readonly string[]): string {
  // What runs this test leads the path, so that everything below runs under the same Node.
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const homes = { HOME: folder, XDG_CONFIG_HOME: '', XDG_STATE_HOME: '', XDG_DATA_HOME: '', XDG_CACHE_HOME: '' };
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...homes, PATH: path } });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootstrap-package-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: repository, stdio: 'pipe' });
  const [tarball = ''] = await readdir(folder);
  run('npm', ['init', '-y']);
  run('npm', ['install', '--no-audit', '--no-fund', join(folder, tarball)]);
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the package brings what it runs on and nothing that only builds it', async () => {
  const installed = await readdir(join(folder, 'node_modules'));
  expect(installed).toContain('bootstrap');
  expect(installed.filter((name) => ['typescript', 'vitest', 'oxlint', 'node'].includes(name))).toEqual([]);
  expect(await readdir(join(folder, 'node_modules', 'bootstrap'))).toEqual([
    'LICENSE',
    'README.md',
    'dist',
    'package.json',
  ]);
});

test('the package brings the lock of what machines run', () => {
  expect(run('npx', ['bootstrap', 'assets', 'list'])).toMatch(
    /^etcd {2}\S+ {2}amd64 {2}[0-9a-f]{12} {2}not here {2}https:/m,
  );
});

test('installed in an empty folder without a clone, it creates and deletes the demo', () => {
  const created = run('npx', ['bootstrap', 'create', 'demo', '--plain', '--speed', '100']);
  expect(created).toMatch(/SIMULATED/);
  expect(created).toMatch(/nodes_ready\s+10/);
  expect(run('npx', ['bootstrap', 'delete', 'demo', '--yes', '--plain'])).toMatch(/left_in_account\s+0/);
});
