import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { judgeArchitecture } from './arrows.ts';
import { readCode, readImportPrefixes, repository } from './repository.ts';

const prefixes = new Map([
  ['#std/', 'src/std/'],
  ['#engine/', 'src/engine/'],
  ['#app/', 'src/app/'],
  ['#aws/', 'providers/aws/'],
]);

describe('the house', () => {
  const files = readCode();

  test('imports only along the arrows, crosses rooms only by name, and has no cycle', () => {
    expect(judgeArchitecture(files, readImportPrefixes()).violations).toEqual([]);
  });

  test('is read whole: as many files as a glob of its own finds', () => {
    const globbed = globSync(['src/**/*.ts', 'providers/**/*.ts', 'test/**/*.ts'], { cwd: repository });
    expect(globbed.length).toBeGreaterThan(5);
    expect(judgeArchitecture(files, readImportPrefixes()).fileCount).toBe(globbed.length);
  });

  test('gives every room of src, and the providers, a name in the imports map', () => {
    const rooms = globSync('src/*/', { cwd: repository }).map((room) => `${room.replace(/\/$/, '')}/`);
    expect([...readImportPrefixes().values()].toSorted()).toEqual(['providers/', ...rooms].toSorted());
  });
});

describe('the judge of the house', () => {
  test('accepts an import along an arrow, within a room, and anything from a test', () => {
    expect(
      judge({
        'src/std/clock.ts': "import { hrtime } from 'node:process';",
        'src/std/retry.ts': "import { now } from './clock.ts';",
        'src/engine/plan.ts': "import { z } from 'zod'; import type { Clock } from '#std/clock.ts';",
        'test/engine/plan.test.ts': "import '../../test/std/fake.ts'; import '#engine/plan.ts'; import 'vitest';",
        'test/std/fake.ts': '',
      }),
    ).toEqual([]);
  });

  test('finds an import against the arrow, in every spelling of an import', () => {
    const spellings = [
      "import { plan } from '#engine/plan.ts';",
      "import type { Plan } from '#engine/plan.ts';",
      "export { plan } from '#engine/plan.ts';",
      "export * from '#engine/plan.ts';",
      "export const later = () => import('#engine/plan.ts');",
      "export type Plan = import('#engine/plan.ts').Plan;",
    ];
    const kinds = ['value', 'type', 'value', 'value', 'dynamic', 'type'];
    for (const [index, spelling] of spellings.entries()) {
      expect(judge({ 'src/std/clock.ts': spelling, 'src/engine/plan.ts': '' })).toEqual([
        `src/std/clock.ts: std may not import engine (#engine/plan.ts, ${kinds[index]})`,
      ]);
    }
  });

  test('finds a relative import that crosses rooms', () => {
    expect(judge({ 'src/engine/plan.ts': "import '../std/clock.ts';", 'src/std/clock.ts': '' })).toEqual([
      'src/engine/plan.ts: ../std/clock.ts crosses into std, write #std/…',
    ]);
    expect(judge({ 'test/plan.test.ts': "import '../src/std/clock.ts';", 'src/std/clock.ts': '' })).toEqual([
      'test/plan.test.ts: ../src/std/clock.ts crosses into std, write #std/…',
    ]);
  });

  test('finds an import by name that stays in its room', () => {
    expect(judge({ 'src/std/retry.ts': "import '#std/clock.ts';", 'src/std/clock.ts': '' })).toEqual([
      'src/std/retry.ts: #std/clock.ts stays at home, write ./…',
    ]);
  });

  test('finds packages and modules of Node where a room may have none', () => {
    expect(judge({ 'src/std/a.ts': "import 'zod';" })).toEqual(['src/std/a.ts: std may not import the package zod']);
    expect(judge({ 'src/engine/a.ts': "import '@aws-sdk/client-s3/x';" })).toEqual([
      'src/engine/a.ts: engine may not import the package @aws-sdk/client-s3',
    ]);
    expect(judge({ 'src/engine/a.ts': "import 'node:path';" })).toEqual([
      'src/engine/a.ts: engine may not import node:path',
    ]);
    expect(judge({ 'src/std/a.ts': "import 'path';" })).toEqual(['src/std/a.ts: write node:path']);
  });

  test('lets the composition root load a provider lazily and in no other way', () => {
    const house = { 'providers/aws/registry.ts': '' };
    expect(judge({ ...house, 'src/app/load.ts': "export const aws = () => import('#aws/registry.ts');" })).toEqual([]);
    expect(judge({ ...house, 'src/app/load.ts': "import '#aws/registry.ts';" })).toEqual([
      'src/app/load.ts: app may not import providers/aws (#aws/registry.ts, value)',
    ]);
  });

  test('lets the terminal see the types of the engine and no more', () => {
    const house = { 'src/engine/plan.ts': '' };
    expect(judge({ ...house, 'src/cli/main.ts': "import type { Plan } from '#engine/plan.ts';" })).toEqual([]);
    expect(judge({ ...house, 'src/cli/main.ts': "import { plan } from '#engine/plan.ts';" })).toEqual([
      'src/cli/main.ts: cli may not import engine (#engine/plan.ts, value)',
    ]);
  });

  test('finds a cycle through relative imports and through names, and tells its path', () => {
    const [cycle] = judge({
      'test/a.ts': "import './b.ts';",
      'test/b.ts': "import './c.ts';",
      'test/c.ts': "import './a.ts';",
    });
    expect(cycle).toBe('cycle: test/a.ts → test/b.ts → test/c.ts → test/a.ts');
    expect(judge({ 'src/std/a.ts': "import '#engine/b.ts';", 'src/engine/b.ts': "import '#std/a.ts';" })).toContain(
      'cycle: src/std/a.ts → src/engine/b.ts → src/std/a.ts',
    );
  });

  test('lets a type point back, which is no cycle at run time', () => {
    expect(judge({ 'test/a.ts': "import './b.ts';", 'test/b.ts': "import type { A } from './a.ts';" })).toEqual([]);
  });

  test('finds a room that is not on the plan, an unmapped name and a file that is not there', () => {
    expect(judge({ 'src/attic/box.ts': '' })).toEqual(['src/attic/box.ts: attic is no room of the house']);
    expect(judge({ 'src/loose.ts': '' })).toEqual(['src/loose.ts: loose.ts is no room of the house']);
    expect(judge({ 'src/engine/plan.ts': "import '#attic/box.ts';" })).toEqual([
      'src/engine/plan.ts: #attic/box.ts is not in the imports map of package.json',
    ]);
    expect(judge({ 'src/engine/plan.ts': "import './gone.ts';" })).toEqual([
      'src/engine/plan.ts: ./gone.ts leads to no file (src/engine/gone.ts)',
    ]);
  });
});

function judge(house: Readonly<Record<string, string>>): readonly string[] {
  const files = Object.entries(house).map(([path, text]) => ({ path, text }));
  return judgeArchitecture(files, prefixes).violations;
}
