import { type Household, openHousehold } from './household.ts';
import { nodeAssets } from './node-assets.ts';
import { Workplace } from './workplace.ts';

/** What all that is done with machines stands on. */
export interface Ground {
  readonly household: Household;
  /** What machines start from: its SHA-256. */
  readonly image: string;
  /** A folder with what they fetch, and its lock. */
  readonly assets: string;
}

/**
 * Somebody without privileges, an image that he builds from packages, and what machines fetch; `packages`: what is in the image
 * beside what machines of a cluster cannot do without.
 */
export async function openGround(packages: readonly string[] = []): Promise<Ground> {
  const startMs = performance.now();
  const household = await openHousehold();
  const openedMs = performance.now();
  const workplace = new Workplace(household, 'build');
  const baked = packages.length === 0 ? [] : ['--packages', packages.join(',')];
  const [{ output }, assets] = await Promise.all([
    workplace.good(['image', 'build', ...baked]),
    nodeAssets(household, workplace),
  ]);
  const [image = ''] = /\b[0-9a-f]{64}\b/.exec(output) ?? [];
  if (image === '') throw new Error(`Nothing tells which image was built:\n${output}`);
  const seconds = (fromMs: number, toMs: number) => Math.round((toMs - fromMs) / 1_000);
  const [setUp, built] = [seconds(startMs, openedMs), seconds(openedMs, performance.now())];
  console.log(
    `machines: as ${household.user ?? 'oneself'}; set up in ${setUp} s, image ${image.slice(0, 12)} built in ${built} s`,
  );
  return { household, image, assets };
}
