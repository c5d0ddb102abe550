import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { examineClusterFile } from '#config/examine-cluster-file.ts';
import { FINDING_CATALOGUE } from '#config/finding-catalogue.ts';
import { type Finding, isError } from '#config/finding.ts';
import { corpus, validFiles } from './support/corpus.ts';
import { smallCatalogueOf as catalogueOf } from './support/small-catalogue.ts';

/** Classes that no file of the corpus can show, and the test that does. */
const SHOWN_ELSEWHERE = new Set(['config.not-utf8', 'config.empty', 'config.too-large', 'config.immutable']);

describe('the corpus', () => {
  test('has at least 200 files of at least 25 classes', () => {
    const classes = new Set(corpus.flatMap(({ expected }) => expected.map((words) => words.split(' ')[0])));
    expect(corpus.length).toBeGreaterThanOrEqual(200);
    expect(classes.size).toBeGreaterThanOrEqual(25);
  });

  test('shows every class of finding', () => {
    const shown = new Set(corpus.flatMap(({ expected }) => expected.map((words) => words.split(' ')[0])));
    const missing = Object.keys(FINDING_CATALOGUE).filter((code) => !shown.has(code) && !SHOWN_ELSEWHERE.has(code));
    expect(missing).toEqual([]);
  });

  test('says in each file what is expected of it', () => {
    const silent = corpus.filter(
      ({ text }) => !/^# (?:valid|expect: config\.[a-z0-9-]+ at \S.* \(\d+:\d+\))\n/.test(text),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(validFiles.every(({ name }) => name.startsWith('valid/'))).toBe(true);
  });
});

describe('a file of the corpus', () => {
  test.each(corpus)('$name has exactly the findings that it announces', async ({ text, expected }) => {
    const { findings, spec } = await examineClusterFile({ text, catalogueOf });
    expect(findings.map(inWords)).toEqual(expected);
    expect(spec === undefined).toBe(findings.some(isError));
  });

  test.each(validFiles)('$name resolves to its golden cluster', async ({ name, text }) => {
    const { spec } = await examineClusterFile({ text, catalogueOf });
    const golden = join(import.meta.dirname, 'golden', `${name.replace('valid/', '').replace('.yaml', '')}.json`);
    await expect(`${JSON.stringify(spec, null, 2)}\n`).toMatchFileSnapshot(golden);
  });
});

function inWords({ code, path, line, column }: Finding): string {
  return `${code} at ${path === '' ? '.' : path} (${line}:${column})`;
}
