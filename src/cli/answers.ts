import type { ClusterAnswers } from '#config/render-cluster-file.ts';

export const PROVIDER_NAMES = ['simulator', 'aws', 'local'] as const;
export const WEATHER_NAMES = ['calm', 'mild', 'mean'] as const;

/** Some of the answers, as the command line gave them. */
export type Given = { readonly [Key in keyof ClusterAnswers]?: ClusterAnswers[Key] | undefined };

/** The name for trying things out: it needs no account. */
export const DEMO = 'demo';

/** What can be concluded without asking anybody. */
export function concluded(given: Given): Given {
  const provider = given.provider ?? (given.name === DEMO ? 'simulator' : undefined);
  const isFree = hasOwnNames(provider) && given.name !== undefined;
  const domain = given.domain ?? (isFree ? exampleDomain(given.name, provider) : undefined);
  return { ...given, provider, domain };
}

/** What has to be said and was not, as options. */
export function missing({ name, provider, domain }: Given): readonly string[] {
  return [
    ...(name === undefined ? ['NAME'] : []),
    ...(provider === undefined ? ['--provider'] : []),
    ...(domain === undefined && !hasOwnNames(provider) ? ['--domain'] : []),
  ];
}

export function isComplete(given: Given): given is ClusterAnswers {
  return missing(given).length === 0 && given.domain !== undefined;
}

/** Where nobody outside looks a name up, any will do. */
export function hasOwnNames(provider: Given['provider']): boolean {
  return provider === 'simulator' || provider === 'local';
}

/** A domain that nobody can own; names below `localhost` lead every program of a workstation to itself. */
export function exampleDomain(name = DEMO, provider?: Given['provider']): string {
  return provider === 'local' ? `${name}.localhost` : `${name}.example.com`;
}
