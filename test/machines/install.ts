import type { TestProject } from 'vitest/node';
import { type Household, openHousehold } from './household.ts';
import { Workplace } from './workplace.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    household: Household;
    /** What machines start from: its SHA-256. */
    image: string;
  }
}

/** Once, before any test: somebody without privileges, and an image that he builds from packages. */
export async function setup(project: TestProject): Promise<void> {
  const startMs = performance.now();
  const household = await openHousehold();
  const openedMs = performance.now();
  const workplace = new Workplace(household, 'build');
  const { output } = await workplace.good(['image', 'build']);
  const [image = ''] = /\b[0-9a-f]{64}\b/.exec(output) ?? [];
  if (image === '') throw new Error(`Nothing tells which image was built:\n${output}`);
  project.provide('household', household);
  project.provide('image', image);
  const seconds = (fromMs: number, toMs: number) => Math.round((toMs - fromMs) / 1_000);
  const [setUp, built] = [seconds(startMs, openedMs), seconds(openedMs, performance.now())];
  console.log(
    `machines: as ${household.user ?? 'oneself'}; set up in ${setUp} s, image ${image.slice(0, 12)} built in ${built} s`,
  );
}
