import type { Credentials } from './credentials.ts';

export interface ApiEndpoint {
  readonly host: string;
  readonly port: number;
}

/** Where the API of a cluster is, who it has to be, and as whom one speaks to it. */
export interface ApiPlace {
  /** The best first. */
  readonly endpoints: readonly ApiEndpoint[];
  /** What it is called in its certificate, whatever leads to it. */
  readonly serverName: string;
  /** In PEM; nobody else is believed. */
  readonly authorities: readonly string[];
  readonly credentials: Credentials;
}

export function spellEndpoint({ host, port }: ApiEndpoint): string {
  return `${host}:${port}`;
}
