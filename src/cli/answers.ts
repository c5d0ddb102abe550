import type { ClusterAnswers } from '#config/render-cluster-file.ts';

export const PROVIDER_NAMES = ['simulator', 'aws'] as const;
export const WEATHER_NAMES = ['calm', 'mild', 'mean'] as const;

/** Some of the answers, as the command line gave them. */
export type Given = { readonly [Key in keyof ClusterAnswers]?: ClusterAnswers[Key] | undefined };

/** The name for trying things out: it needs no account. */
export const DEMO = 'demo';

/** What can be concluded without asking anybody. */
export function concluded(given: Given): Given {
  const provider = given.provider ?? (given.name === DEMO ? 'simulator' : undefined);
  const isFree = provider === 'simulator' && given.name !== undefined;
  const domain = given.domain ?? (isFree ? exampleDomain(given.name) : undefined);
  return { ...given, provider, domain };
}

/** What has to be said and was not, as options. */
export function missing({ name, provider, domain }: Given): readonly string[] {
  return [
    ...(name === undefined ? ['NAME'] : []),
    ...(provider === undefined ? ['--provider'] : []),
    ...(domain === undefined && provider !== 'simulator' ? ['--domain'] : []),
  ];
}

export function isComplete(given: Given): given is ClusterAnswers {
  return missing(given).length === 0 && given.domain !== undefined;
}

/** A domain that nobody can own. */
export function exampleDomain(name = DEMO): string {
  return `${name}.example.com`;
}
