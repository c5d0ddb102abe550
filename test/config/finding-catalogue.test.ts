import { describe, expect, test } from 'vitest';
import { FINDING_CATALOGUE } from '#config/finding-catalogue.ts';
import { readCode, readRepositoryFile } from '../tooling/repository.ts';

const classes = Object.entries(FINDING_CATALOGUE);

describe('a class of findings', () => {
  test.each(classes)('says in one or two sentences why it matters: %s', (_code, { why }) => {
    expect(why).toMatch(/^[A-Z].*\.$/);
    expect(why.length).toBeLessThan(120);
  });

  test('is found somewhere', () => {
    const code = readCode(['src/config']).filter(({ path }) => !path.endsWith('/finding-catalogue.ts'));
    const unused = classes.filter(([name]) => !code.some(({ text }) => text.includes(`'${name}'`)));
    expect(unused).toEqual([]);
  });

  test('stands in the README, with its reason', () => {
    const [, shown = ''] = readRepositoryFile('README.md').text.split(/<!-- \/?findings -->/);
    const rows = classes.map(([code, { severity, why }]) => `| \`${code}\` | ${severity} | ${why} |`);
    expect(shown.trim().split('\n').slice(2), `The README wants:\n${rows.join('\n')}`).toEqual(rows);
  });
});
