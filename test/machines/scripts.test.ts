import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../cloud-init', import.meta.url));

test('ShellCheck has nothing to say about what runs on machines', async () => {
  const scripts = (await readdir(FOLDER)).filter((name) => name.endsWith('.sh'));
  expect(scripts.length).toBeGreaterThan(0);
  const { stdout } = await promisify(execFile)('shellcheck', scripts, { cwd: FOLDER });
  expect(stdout).toBe('');
});
