/** Whom a cluster can be made at. */
export const PROVIDERS = ['aws', 'simulator', 'local'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

export function isProviderName(text: string): text is ProviderName {
  return PROVIDERS.some((name) => name === text);
}
