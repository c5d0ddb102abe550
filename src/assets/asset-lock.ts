import { z } from 'zod';
import { Asset } from '#host/protocol.ts';

/** Letters, digits and what stands between them in versions: it becomes a part of what people read, never of a path. */
const version = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+~_-]{0,60}$/);

/** Nobody logs in anywhere: what stands in a lock stands in the state as well. */
const NO_LOGIN = /^\w+:\/\/[^/?#@]+(?:[/?#]|$)/;

/** One file that machines may be given, for one kind of processor, and by its digest alone. */
export const LockedAsset = z.strictObject({
  name: Asset.shape.name,
  version,
  architecture: z.enum(['amd64', 'arm64']),
  form: Asset.shape.form,
  sha256: Asset.shape.sha256,
  /** Where its maker publishes it. Absent: only a folder or a mirror has it. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .regex(NO_LOGIN)
    .optional(),
});
export type LockedAsset = Readonly<z.output<typeof LockedAsset>>;

/** Everything that a cluster may give to its machines. */
export const AssetLock = z.strictObject({
  format: z.literal('1'),
  assets: z.array(LockedAsset).min(1).max(1_000).readonly(),
});
export type AssetLock = Readonly<z.output<typeof AssetLock>>;

export const LOCK_FILE = 'assets.lock.yaml';

/** As `parseAssetLock` reads it. */
export function renderAssetLock(assets: readonly LockedAsset[]): string {
  const entries = assets.map(({ name, version: edition, architecture, form, sha256, url }) =>
    [
      `  - name: ${name}`,
      // In quotes, so that no reader takes it for a number.
      `version: '${edition}'`,
      `architecture: ${architecture}`,
      `form: ${form}`,
      `sha256: ${sha256}`,
      ...(url === undefined ? [] : [`url: ${JSON.stringify(url)}`]),
    ].join('\n    '),
  );
  return `format: 1\nassets:\n${entries.join('\n')}\n`;
}
