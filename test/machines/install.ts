import type { TestProject } from 'vitest/node';
import { type Ground, openGround } from './ground.ts';

declare module 'vitest' {
  export interface ProvidedContext extends Ground {}
}

/** Once, before any test. */
export async function setup(project: TestProject): Promise<void> {
  const { household, image, assets } = await openGround();
  project.provide('household', household);
  project.provide('image', image);
  project.provide('assets', assets);
}
