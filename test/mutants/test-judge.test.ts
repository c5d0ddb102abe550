import { mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../tooling/repository.ts';
import { TestJudge } from './test-judge.ts';
import type { Verdict } from './verdict.ts';

const PATIENCE_MS = 50_000;
const PASSED: Verdict = { outcome: 'passed', detail: '' };
const WHOLE = 'export const sum = (a: number, b: number): number => a + b;\n';
/** Of one length, so that nothing but the text tells them apart. */
const BROKEN = WHOLE.replace('+', '-');

let folder: string;
let judge: TestJudge;

beforeAll(async () => {
  folder = await mkdtemp(join(await realpath(tmpdir()), 'bootstrap-test-judge-'));
  await write('package.json', '{ "type": "module" }');
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const project = `{ test: { name: 'house', include: ['test/*.test.ts'] } }`;
  await write('test/tooling/vitest.config.ts', `export default { test: { projects: [${project}] } };\n`);
  await write('src/sum.ts', WHOLE);
  await write('test/sum.test.ts', testing("import { sum } from '../src/sum.ts';", 'expect(sum(2, 3)).toBe(5)'));
  await write('test/loop.test.ts', testing("import { sum } from '../src/sum.ts';", 'while (sum(2, 3) !== 5);'));
  await write('test/fixed.test.ts', testing('', 'expect(1).toBe(1)'));
  await write(
    'test/two.test.ts',
    `import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sum } from '../src/sum.ts';
test('first', () => { expect(sum(2, 3)).toBe(5); });
test('second', () => { appendFileSync('seconds', '.'); });
`,
  );
  await write('test/mute.test.ts', testing('', 'process.kill(process.pid, "SIGKILL")'));
  judge = new TestJudge(folder, { PATH: process.env['PATH'], TMPDIR: folder });
});

afterAll(async () => {
  await judge[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('what was broken since the last run fails, and what was mended passes, run after run', async () => {
  expect(await judged('test/sum')).toEqual(PASSED);
  for (let round = 0; round < 2; round += 1) {
    await replaceUnseen('src/sum.ts', BROKEN);
    expect(await judged('test/fixed', 'test/sum')).toEqual({ outcome: 'failed', detail: 'test/sum.test.ts' });
    expect(await judged('test/fixed')).toEqual(PASSED);
    await replaceUnseen('src/sum.ts', WHOLE);
    expect(await judged('test/sum')).toEqual(PASSED);
  }
});

test('after the first failure nothing more of the file is run', async () => {
  expect(await judged('test/two')).toEqual(PASSED);
  await write('src/sum.ts', BROKEN);
  expect(await judged('test/two')).toEqual({ outcome: 'failed', detail: 'test/two.test.ts' });
  await write('src/sum.ts', WHOLE);
  expect(await readFile(join(folder, 'seconds'), 'utf8')).toBe('.');
});

test('what does not say what it found is no judgement', async () => {
  expect(await judged('test/mute')).toMatchObject({ outcome: 'broke' });
  expect(await judged('test/fixed', 'test/none')).toEqual({
    outcome: 'broke',
    detail: 'there is no test file test/none',
  });
  expect(await judged('test/sum')).toEqual(PASSED);
});

test('what hangs has failed, and the next is judged by a process of its own', async () => {
  expect(await judged('test/loop')).toEqual(PASSED);
  await write('src/sum.ts', BROKEN);
  expect(await judge.judge(['test/loop'], 1_500)).toEqual({ outcome: 'failed', detail: 'it hung' });
  await write('src/sum.ts', WHOLE);
  expect(await judged('test/loop')).toEqual(PASSED);
});

function judged(...filters: readonly string[]): Promise<Verdict> {
  return judge.judge(filters, PATIENCE_MS);
}

function testing(imports: string, body: string): string {
  return `import { expect, test } from 'vitest';\n${imports}\ntest('holds', () => { ${body} });\n`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Neither the length nor the time of the file gives it away. */
async function replaceUnseen(path: string, text: string): Promise<void> {
  const { atime, mtime } = await stat(join(folder, path));
  await write(path, text);
  await utimes(join(folder, path), atime, mtime);
  expect(await readFile(join(folder, path), 'utf8')).toBe(text);
}
