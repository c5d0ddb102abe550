import type { Input } from '#engine/ref.ts';
import type { Secret } from '#std/secret.ts';

/** What one part of the cluster has to say to a node in its welcome. */
export interface NodeWords {
  /** Variables of the node's scripts. */
  readonly settings: Readonly<Record<string, Input<string>>>;
  /** A text is none, and stands beside a secret that nobody can do anything with alone. */
  readonly secrets?: Readonly<Record<string, Input<Secret> | Input<string>>>;
  readonly certificates?: Readonly<Record<string, CarriedCertificate>>;
}

interface CarriedCertificate {
  readonly certificate: Input<string>;
  /** Authorities: one, or one and its successor. */
  readonly believes: readonly Input<string>[];
}

export function together(all: readonly NodeWords[]): Required<NodeWords> {
  return {
    settings: Object.fromEntries(all.flatMap(({ settings }) => Object.entries(settings))),
    secrets: Object.fromEntries(all.flatMap(({ secrets = {} }) => Object.entries(secrets))),
    certificates: Object.fromEntries(all.flatMap(({ certificates = {} }) => Object.entries(certificates))),
  };
}
