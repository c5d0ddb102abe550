type Sample = readonly [path: string, text: string];

interface Plant {
  readonly rule: string;
  readonly breaches: readonly Sample[];
  readonly clean: readonly Sample[];
}

/** For each rule of style, samples that break it and samples that look like a breach and are none. */
export const plants: readonly Plant[] = [
  {
    rule: 'short-file',
    breaches: [['src/std/a.ts', 'export {};\n'.repeat(401)]],
    clean: [['src/std/a.ts', 'export {};\n'.repeat(400)]],
  },
  {
    rule: 'no-barrel',
    breaches: [['src/std/index.ts', '']],
    clean: [['src/std/index-page.ts', '']],
  },
  {
    rule: 'kebab-case',
    breaches: [
      ['src/std/mapLimit.ts', ''],
      ['src/Std/a.ts', ''],
      ['src/std/map_limit.ts', ''],
    ],
    clean: [['test/std/map-limit2.test.ts', '']],
  },
  {
    rule: 'telling-name',
    breaches: [
      ['src/std/utils.ts', ''],
      ['src/helpers/a.ts', ''],
      ['src/std/string-helper.ts', ''],
      ['src/engine/types.ts', ''],
    ],
    clean: [['src/provider/service-quota.ts', '']],
  },
  {
    rule: 'no-default-export',
    breaches: [['src/std/a.ts', 'export default 1;']],
    clean: [['test/tooling/vitest.config.ts', 'export default 1;']],
  },
  {
    rule: 'no-any',
    breaches: [
      ['src/std/a.ts', 'export const a = (b: any): void => b;'],
      ['test/a.test.ts', 'export type A = readonly any[];'],
    ],
    clean: [['src/std/a.ts', "export const any = 'any of them';"]],
  },
  {
    rule: 'no-enum',
    breaches: [['src/std/a.ts', 'export enum Colour { red }']],
    clean: [['src/std/a.ts', 'export const enumeration = 1;']],
  },
  {
    rule: 'no-plain-error',
    breaches: [
      ['src/engine/a.ts', "throw new Error('no');"],
      ['providers/aws/a.ts', "export const a = Promise.reject(new TypeError('no'));"],
    ],
    clean: [
      ['src/engine/a.ts', 'export class Broken extends Error {}'],
      ['test/a.test.ts', "throw new Error('no');"],
    ],
  },
  {
    rule: 'no-module-state',
    breaches: [
      ['src/std/a.ts', 'let count = 0;'],
      ['providers/aws/a.ts', 'export let count = 0;'],
    ],
    clean: [['src/std/a.ts', 'export function a() { let count = 0; return count; }']],
  },
  {
    rule: 'no-silenced-test',
    breaches: [
      ['test/a.test.ts', "test.skip('a', () => {});"],
      ['test/a.test.ts', "describe.only('a', () => {});"],
      ['test/a.test.ts', "it.concurrent.todo('a');"],
    ],
    clean: [['test/a.test.ts', "iterator.skip(1); test.each([1])('a', () => {});"]],
  },
  {
    rule: 'plain-title',
    breaches: [
      ['test/a.test.ts', "test('it should work', () => {});"],
      ['test/a.test.ts', "test.each([1])('should work', () => {});"],
    ],
    clean: [['test/a.test.ts', "test('carries the weight on its shoulder', () => {});"]],
  },
  {
    rule: 'no-unfinished-work',
    breaches: [
      ['src/std/a.ts', '// TODO: later'],
      ['test/a.test.ts', '/* FIXME */'],
    ],
    clean: [['src/std/a.ts', "export const template = 'TODO';"]],
  },
  {
    rule: 'reasoned-suppression',
    breaches: [
      ['src/std/a.ts', '// @ts-ignore -- because'],
      ['src/std/a.ts', '// @ts-expect-error'],
      ['src/std/a.ts', '// oxlint-disable-next-line no-console'],
    ],
    clean: [['src/std/a.ts', '// oxlint-disable-next-line no-console -- the terminal is the view']],
  },
  {
    rule: 'no-ambient-global',
    breaches: [
      ['src/engine/a.ts', 'Date.now();'],
      ['src/engine/a.ts', 'new Date();'],
      ['src/engine/a.ts', 'Math.random();'],
      ['src/engine/a.ts', 'setTimeout(() => {}, 1);'],
      ['src/std/retry.ts', 'setInterval(() => {}, 1);'],
      ['src/std/retry.ts', 'setImmediate(() => {});'],
      ['src/std/retry.ts', 'AbortSignal.timeout(1);'],
      ['src/state/a.ts', 'crypto.randomUUID();'],
      ['src/state/a.ts', "crypto['subtle'];"],
      ['src/state/a.ts', "fetch('x');"],
      ['providers/aws/a.ts', 'process.exit(1);'],
      ['providers/aws/a.ts', 'performance.now();'],
      ['providers/aws/a.ts', "console.log('x');"],
      ['providers/aws/a.ts', 'globalThis.setTimeout(() => {}, 1);'],
    ],
    clean: [
      ['src/std/system-clock.ts', 'Date.now(); setTimeout(() => {}, 1);'],
      ['src/engine/a.ts', 'new Date(0); Date.parse(text); Math.max(1, 2);'],
      ['src/engine/a.ts', 'export const run = ({ process, fetch: fetch }) => process.run(fetch());'],
      ['test/a.test.ts', 'Date.now();'],
    ],
  },
  {
    rule: 'no-ambient-module',
    breaches: [
      ['src/state/a.ts', "import { readFileSync } from 'node:fs';"],
      ['src/state/a.ts', "export const a = () => import('node:child_process');"],
      ['src/state/a.ts', "import { createHash } from 'node:crypto';"],
      ['src/std/hash.ts', "import { randomBytes } from 'node:crypto';"],
      ['src/std/hash.ts', "import * as crypto from 'node:crypto';"],
      ['src/std/retry.ts', "import { setTimeout } from 'node:timers/promises';"],
    ],
    clean: [
      ['src/std/hash.ts', "import { createHash, timingSafeEqual } from 'node:crypto';"],
      ['src/std/aead.ts', "import { createCipheriv } from 'node:crypto';"],
      ['src/std/system-files.ts', "import { open } from 'node:fs/promises';"],
      ['src/state/a.ts', "import { posix } from 'node:path';"],
      ['test/a.test.ts', "import { readFileSync } from 'node:fs';"],
    ],
  },
];
