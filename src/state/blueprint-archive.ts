import { z } from 'zod';
import { Declaration } from '#engine/declaration.ts';
import { problem } from '#engine/problem.ts';
import { sha256Hex } from '#std/hash.ts';
import { askSettled, createSettled } from './conditional-write.ts';
import { checkStored, parseStored, STATE_FORMAT } from './format.ts';
import type { JournalCodec } from './journal-log.ts';
import { blueprintKey } from './object-keys.ts';
import { patienceFromNow, type StatePorts } from './state-ports.ts';
import { corrupt } from './store-problem.ts';

const StoredBlueprint = z.strictObject({
  format: z.literal(STATE_FORMAT),
  /** Of the declarations as they are stored. */
  sha256: z.string(),
  declarations: z.array(Declaration).readonly(),
});

export interface KeptBlueprint {
  readonly hash: string;
  readonly declarations: readonly Declaration[];
}

/** Keeps a blueprint under its hash; one that is kept already is left as it is. */
export async function keepBlueprint(ports: StatePorts, codec: JournalCodec, blueprint: KeptBlueprint): Promise<void> {
  const key = blueprintKey(blueprint.hash);
  const declarations = codec.seal.close(blueprint.declarations, key);
  const body = JSON.stringify({ format: STATE_FORMAT, sha256: sha256Of(declarations), declarations });
  const result = await createSettled(ports, key, body, patienceFromNow(ports));
  if (!result.written) decode(codec, key, result.found);
}

export async function readBlueprint(
  ports: StatePorts,
  codec: JournalCodec,
  hash: string,
): Promise<readonly Declaration[]> {
  const key = blueprintKey(hash);
  const body = await askSettled(ports, () => ports.objects.readObject(key), patienceFromNow(ports));
  if (body !== undefined) return decode(codec, key, body);
  throw problem('state.blueprint-missing', { detail: `${ports.objects.location} has no ${key}.` });
}

function decode({ seal, migrations }: JournalCodec, key: string, body: string): readonly Declaration[] {
  const stored = parseStored({ key, kind: 'blueprint', body }, migrations);
  if (stored['sha256'] !== sha256Of(stored['declarations'])) throw corrupt(key, 'it has changed since it was written');
  const declarations = seal.open(stored['declarations'], key);
  return checkStored(key, StoredBlueprint, { ...stored, declarations }).declarations;
}

function sha256Of(declarations: unknown): string {
  return sha256Hex(JSON.stringify(declarations) ?? '');
}
