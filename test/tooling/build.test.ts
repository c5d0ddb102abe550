import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository } from './repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'house-build-'));

beforeAll(() => {
  const project = join(repository, 'test/tooling/tsconfig.build.json');
  const compiler = join(repository, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(compiler, ['--project', project, '--outDir', join(folder, 'dist')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
  cpSync(join(repository, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the built package', () => {
  test('holds one module for each source file, and no test', () => {
    const sources = globSync(['src/**/*.ts', 'providers/**/*.ts'], { cwd: repository });
    const built = globSync('**/*.js', { cwd: join(folder, 'dist') });
    expect(sources.length).toBeGreaterThan(0);
    expect(built.toSorted()).toEqual(sources.map((path) => path.replace(/\.ts$/, '.js')).toSorted());
  });

  test('loads under plain Node, without conditions and without any flag', () => {
    const urls = globSync('dist/**/*.js', { cwd: folder }).map((path) => pathToFileURL(join(folder, path)).href);
    const script = `for (const url of ${JSON.stringify(urls)}) await import(url); console.log('loaded');`;
    const options = { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } } as const;
    expect(execFileSync(process.execPath, ['--input-type=module', '--eval', script], options)).toBe('loaded\n');
  });
});
