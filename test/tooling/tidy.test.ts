import { describe, expect, test } from 'vitest';
import { readCode, readTracked, repository } from './repository.ts';
import { ambientRules } from './tidy-ambient.ts';
import { fileRules } from './tidy-names.ts';
import { syntaxRules } from './tidy-syntax.ts';
import { judgeTracked } from './tidy-tracked.ts';
import { plants } from './tidy-plants.ts';
import { judgeTidiness } from './tidy.ts';

const rules = [...fileRules, ...syntaxRules, ...ambientRules];

describe('the house', () => {
  test('keeps its own style', () => {
    expect(judgeTidiness(readCode(), rules)).toEqual([]);
  });

  test('names no machine and no registry in any tracked file', () => {
    const files = readTracked();
    expect(files.map(({ path }) => path)).toContain('package-lock.json');
    expect(judgeTracked(files, repository)).toEqual([]);
  });
});

describe('each rule of style', () => {
  test('has planted breaches to prove itself on', () => {
    expect(plants.map(({ rule }) => rule).toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
  });

  test.each(plants)('$rule finds every planted breach and nothing else', ({ rule, breaches, clean }) => {
    for (const [path, text] of breaches) {
      expect([path, text, rulesBroken(path, text)]).toEqual([path, text, [rule]]);
    }
    for (const [path, text] of clean) expect([path, text, rulesBroken(path, text)]).toEqual([path, text, []]);
  });

  test('tells where a breach stands, what it is and what to write instead', () => {
    expect(judgeTidiness([{ path: 'src/std/a.ts', text: '\nexport let count = 0;\n' }], rules)).toEqual([
      'src/std/a.ts:2 no-module-state: let at the top level; hand state in by parameter',
    ]);
  });
});

describe('the rules for tracked files', () => {
  const checkout = '/opt/checkouts/house';
  // Put together here, so that this file passes the rules it plants breaches of.
  const home = ['', 'home', 'ada'].join('/');
  const registry = ['registry', 'npmjs', 'org'].join('.');

  test.each([
    ['README.md', `cd ${home}/house`, `no-machine-path: ${home}`],
    ['README.md', `cd ${checkout}/src`, "no-machine-path: the checkout's own folder"],
    ['.npmrc', `registry=https://${registry}`, `no-registry-host: ${registry}`],
    ['package-lock.json', '"resolved": "https://example.com/a.tgz"', 'no-resolved-address: "resolved": "https:'],
    ['cloud-init/node.sh', `# ${['TO', 'DO'].join('')} later`, 'no-unfinished-work: TODO'],
  ])('find a planted breach in %s: %s', (path, text, breach) => {
    expect(judgeTracked([{ path, text }], checkout)).toEqual([`${path} ${breach}`]);
  });

  test('accept addresses and paths that mean the same everywhere', () => {
    const text = 'curl https://example.com/home/page.html > ./work/out && ls /etc/kubernetes';
    expect(judgeTracked([{ path: 'README.md', text }], checkout)).toEqual([]);
  });
});

function rulesBroken(path: string, text: string): readonly string[] {
  return rules.filter((rule) => judgeTidiness([{ path, text }], [rule]).length > 0).map(({ name }) => name);
}
