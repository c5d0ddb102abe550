import { env } from 'node:process';
import type { TestProject } from 'vitest/node';
import { openGround } from '../machines/ground.ts';
import { KUBERNETES, shelveKubernetes } from './kubernetes-assets.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly kubernetes: string;
  }
}

/** What Kubernetes wants of a machine, and its makers do not bring. */
const PACKAGES = ['containerd', 'runc', 'containernetworking-plugins', 'haproxy', 'conntrack', 'python3'];

/** Once, before any test. */
export async function setup(project: TestProject): Promise<void> {
  const folder = env[KUBERNETES];
  if (folder === undefined) throw new Error(`${KUBERNETES} names no folder with the programs of Kubernetes.`);
  const { household, image, assets } = await openGround(PACKAGES);
  await shelveKubernetes({ household, assets, folder });
  project.provide('household', household);
  project.provide('image', image);
  project.provide('assets', assets);
  project.provide('kubernetes', folder);
}
