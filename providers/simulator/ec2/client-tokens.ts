import { z } from 'zod';
import { canonicalJson } from '#std/canonical-json.ts';
import { sha256Hex } from '#std/hash.ts';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';

const ClientToken = z.strictObject({ request: z.string(), ids: z.array(z.string()).readonly(), tags: Tags });

/** What requests with a client token have made, by operation, scope and token. Never forgotten here. */
export const CLIENT_TOKENS = defineKind<Readonly<z.output<typeof ClientToken>>>({
  name: 'client-token',
  scope: 'region',
  schema: ClientToken,
  isAlive: () => false,
});

interface TokenUse {
  readonly operation: string;
  /** The zone, where a token counts in its zone alone. */
  readonly scope?: string;
  readonly token: string;
  readonly request: object;
}

const TOKEN_LENGTH_MAX = 64;

/** The ids made by the same request before; undefined: the token is new. */
export function madeBefore(desk: Desk, use: TokenUse): readonly string[] | undefined {
  if (use.token.length > TOKEN_LENGTH_MAX) {
    throw fault('InvalidParameterValue', 'The client token is longer than 64 characters');
  }
  const known = desk.truth(CLIENT_TOKENS).get(idOf(use));
  if (known === undefined) return undefined;
  if (known.request === fingerprint(use.request)) return known.ids;
  throw fault(
    'IdempotentParameterMismatch',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  );
}

export function rememberToken(desk: Desk, use: TokenUse, ids: readonly string[]): void {
  desk.put(CLIENT_TOKENS, idOf(use), { request: fingerprint(use.request), ids, tags: {} });
}

function idOf({ operation, scope = '', token }: TokenUse): string {
  return `${operation}/${scope}/${token}`;
}

function fingerprint(request: object): string {
  return sha256Hex(canonicalJson(request));
}
