import type { CheckedAsset, ListedAsset } from '#app/assets.ts';
import type { Palette } from './palette.ts';

const MIB = 2 ** 20;
const DIGITS_SHOWN = 12;

/** `etcd  3.6.14  amd64  ffe840ff9295  23 MiB here  https://…` */
export function assetCells({ name, version, architecture, sha256, sizeBytes, from }: ListedAsset): readonly string[] {
  const here = sizeBytes === undefined ? 'not here' : `${Math.ceil(sizeBytes / MIB)} MiB here`;
  return [name, version, architecture, shortDigest(sha256), here, from ?? 'of no address'];
}

/** `etcd  3.6.14  amd64  ffe840ff9295  whole` */
export function verdictCells({ sha256, asset, verdict }: CheckedAsset, palette: Palette): readonly string[] {
  const what = asset === undefined ? ['of no lock', '', ''] : [asset.name, asset.version, asset.architecture];
  return [...what, shortDigest(sha256), verdict === 'whole' ? palette.good(verdict) : palette.bad(verdict)];
}

/** Enough to tell those of one folder apart. */
function shortDigest(sha256: string): string {
  return sha256.slice(0, DIGITS_SHOWN);
}
