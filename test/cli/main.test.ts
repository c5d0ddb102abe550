import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manifest } from './support/manifest.ts';
import { repository } from '../tooling/repository.ts';

const MAIN = 'src/cli/main.ts';

function run(words: readonly string[]): {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
} {
  const options = { cwd: repository, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, ['--conditions=source', MAIN, ...words], options);
}

test('the program runs when it is started', () => {
  const { stdout, stderr, status } = run(['--version']);
  expect([stdout, stderr, status]).toEqual([`${manifest.version}\n`, '', 0]);
});

test('the program ends with the exit code of its command', () => {
  const { stderr, status } = run(['plna']);
  expect(stderr).toContain('Did you mean plan?');
  expect(status).toBe(3);
});

test('the program does nothing when it is imported', () => {
  const script = `await import('./${MAIN}'); console.log('imported');`;
  const options = { cwd: repository, encoding: 'utf8' } as const;
  const { stdout } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module', '--eval', script],
    options,
  );
  expect(stdout).toBe('imported\n');
});

test('the Node it asks for is the one that the package asks for', () => {
  const [, major] = /NODE_MAJOR = (\d+);/.exec(readFileSync(join(repository, MAIN), 'utf8')) ?? [];
  expect(manifest.engines.node).toBe(`>=${major}`);
});
