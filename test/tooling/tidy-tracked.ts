import type { RepositoryFile } from './repository.ts';

interface TextRule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly covers: (path: string) => boolean;
}

const textRules: readonly TextRule[] = [
  {
    name: 'no-machine-path',
    pattern: /(?<![\w.~*}])\/(?:home|Users|work|workspace|builds)\/[\w.-]+/,
    covers: () => true,
  },
  {
    name: 'no-registry-host',
    pattern: /\b(?:registry\.(?:npmjs\.org|yarnpkg\.com|npmmirror\.com)|pythonhosted\.org|proxy\.golang\.org)\b/,
    covers: () => true,
  },
  {
    name: 'no-resolved-address',
    pattern: /"resolved": "[a-z]+:/,
    covers: (path) => path === 'package-lock.json',
  },
  {
    name: 'no-unfinished-work',
    pattern: /\b(?:TODO|FIXME|HACK)\b/,
    covers: (path) => !path.endsWith('.ts') && path !== 'package-lock.json',
  },
];

/** What no tracked file may hold, whatever its kind: it must mean the same on every machine. */
export function judgeTracked(files: readonly RepositoryFile[], checkout: string): readonly string[] {
  return files.flatMap(({ path, text }) => [
    ...textRules.flatMap(({ name, pattern, covers }) => {
      const met = covers(path) ? pattern.exec(text)?.[0] : undefined;
      return met === undefined ? [] : [`${path} ${name}: ${met}`];
    }),
    ...(text.includes(`${checkout}/`) ? [`${path} no-machine-path: the checkout's own folder`] : []),
  ]);
}
