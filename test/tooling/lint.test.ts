import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { repository } from './repository.ts';

// The names of the outer folders are those the overrides speak of: they must mean the folders of the repository alone.
const outer = mkdtempSync(join(tmpdir(), 'house-lint-'));
const folder = join(outer, 'src/test/house');

const plants: readonly (readonly [path: string, text: string, broken: readonly string[]])[] = [
  ['src/engine/any.ts', 'export const a = (b: any): unknown => b;', ['no-explicit-any']],
  ['src/engine/bang.ts', 'export const a = (b?: string): string => b!;', ['no-non-null-assertion']],
  [
    'src/engine/as.ts',
    'export const a = (b: unknown): string => b as string;',
    ['consistent-type-assertions', 'no-unsafe-type-assertion'],
  ],
  ['src/engine/const.ts', "export const a = ['b'] as const;", []],
  ['src/engine/float.ts', 'export function a(): void { Promise.resolve(1); }', ['no-floating-promises']],
  ['src/engine/misused.ts', 'export const a = [1].filter(async () => true);', ['no-misused-promises']],
  [
    'src/engine/switch.ts',
    "export function a(b: 'x' | 'y'): number { switch (b) { case 'x': return 1; } return 2; }",
    ['switch-exhaustiveness-check'],
  ],
  ['src/engine/unsafe.ts', "export const a: string = JSON.parse('1');", ['no-unsafe-assignment']],
  ['src/engine/long-file.ts', `${'// a line\n'.repeat(400)}export const a = 1;`, ['max-lines']],
  ['src/engine/long.ts', `export function a(): void {${'\n// a line'.repeat(70)}\n}`, ['max-lines-per-function']],
  [
    'src/engine/wide.ts',
    'export const a = (...b: [1, 2]): unknown => b; export function c(d: 1, e: 2, f: 3, g: 4, h: 5): unknown { return a && [d, e, f, g, h]; }',
    ['max-params'],
  ],
  [
    'src/engine/tangle.ts',
    `export const a = (b: number): boolean => ${Array.from({ length: 13 }, (_, i) => `b === ${i}`).join(' || ')};`,
    ['complexity'],
  ],
  ['src/engine/default.ts', 'export default 1;', ['no-default-export']],
  [
    'src/engine/clock.ts',
    'export const a = (): unknown => [Date.now(), setTimeout(() => undefined, 1)];',
    ['no-restricted-globals', 'no-restricted-properties'],
  ],
  ['src/engine/disk.ts', "import { rmSync } from 'node:fs';\nexport const a = rmSync;", ['no-restricted-imports']],
  ['src/engine/talk.ts', "console.log('a');", ['no-console']],
  ['src/engine/Named.ts', 'export const a = 1;', ['filename-case']],
  ['src/std/system-clock.ts', 'export const a = (): unknown => [Date.now(), setTimeout(() => undefined, 1)];', []],
  ['providers/aws/clock.ts', 'export const a = Math.random();', ['no-restricted-properties']],
  ['test/bench/main.ts', "import { pid } from 'node:process';\nconsole.log(Date.now(), pid, process.pid);", []],
];

beforeAll(() => {
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) {
    cpSync(join(repository, name), join(folder, name));
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of plants) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
});

afterAll(() => rmSync(outer, { recursive: true, force: true }));

const Report = z.object({ diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })) });

describe('lint', () => {
  test('finds what is planted, in the folders it is meant for', () => {
    const oxlint = join(repository, 'node_modules/.bin/oxlint');
    const { stdout } = spawnSync(oxlint, ['--format', 'json'], { cwd: folder, encoding: 'utf8' });
    const { diagnostics } = Report.parse(JSON.parse(stdout));
    const found = plants.map(([path]) => {
      const here = diagnostics.filter(({ filename }) => filename === path);
      const codes = here.map(({ code }) => code.replace(/^.*\(|\)$/g, ''));
      return [path, [...new Set(codes)].toSorted()];
    });
    expect(found).toEqual(plants.map(([path, , broken]) => [path, broken]));
  });
});
