import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { LOCK_FILE, renderAssetLock } from '#assets/asset-lock.ts';
import { readAssetLock } from '#assets/read-lock.ts';
import { sha256Hex } from '#std/hash.ts';
import { SystemFiles } from '#std/system-files.ts';
import { giveTo } from '../../machines/household.ts';
import { type Counts, type KubernetesCluster, NAME } from '../kubernetes-cluster.ts';
import { nodesOf } from './founding.ts';

const REBUILT: readonly string[] = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
];

const Preview = z.looseObject({
  steps: z.array(z.looseObject({ nodes: z.array(z.looseObject({ node: z.string(), hasBreak: z.boolean() })) })),
});
const State = z.looseObject({
  records: z.array(z.looseObject({ kind: z.string(), address: z.string(), outputs: z.unknown() })),
});
const Runs = z.looseObject({ name: z.string(), runs: z.record(z.string(), z.string()) });
const Nodes = z.looseObject({
  items: z.array(z.looseObject({ spec: z.looseObject({ unschedulable: z.boolean().default(false) }) })),
});

/** The same programs as a later patch: a program of Go does not mind what stands behind its end. */
async function rebuild(cluster: KubernetesCluster): Promise<string> {
  const [from, to] = [inject('assets'), join(cluster.place.root, 'later')];
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const locked = await readAssetLock(new SystemFiles(), join(from, LOCK_FILE));
  const rebuilt = await Promise.all(
    locked.map(async (asset) => {
      if (!REBUILT.includes(asset.name)) {
        await copyFile(join(from, asset.sha256), join(to, asset.sha256));
        return asset;
      }
      const bytes = Buffer.concat([await readFile(join(from, asset.sha256)), Buffer.from('later')]);
      const sha256 = sha256Hex(bytes);
      await writeFile(join(to, sha256), bytes);
      const version = asset.version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
      return { ...asset, version, sha256 };
    }),
  );
  await writeFile(join(to, LOCK_FILE), renderAssetLock(rebuilt));
  await giveTo(inject('household'), to);
  return to;
}

/** A digest by node and asset. */
async function runsOn(cluster: KubernetesCluster): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const { output } = await cluster.place.good(['state', 'show', NAME, '--json']);
  const { records } = State.parse(JSON.parse(output));
  const nodes = records.filter(({ kind }) => kind === 'node').map(({ outputs }) => Runs.parse(outputs));
  return new Map(nodes.map(({ name, runs }) => [name, runs]));
}

export function upgradeChecks(cluster: KubernetesCluster, counts: Counts): void {
  test('runs on as it is with a later lock, until it is upgraded; then every node runs that', async () => {
    const before = await runsOn(cluster);
    const later = await rebuild(cluster);
    await cluster.wants(counts, later);
    await cluster.place.good(['apply', '--plain', '-f', cluster.file]);
    expect(await runsOn(cluster)).toEqual(before);

    const { output } = await cluster.place.good(['upgrade', NAME, '--preview', '--json']);
    const { steps } = Preview.parse(JSON.parse(output));
    cluster.figures.push(`upgrade in ${steps.length} steps`);
    const nodes = steps.flatMap((step) => step.nodes.map(({ node }) => node));
    expect(new Set(nodes)).toEqual(new Set(nodesOf(counts)));

    const end = await cluster.place.good(['upgrade', NAME, '--plain']);
    cluster.tell('upgrade of every node', end.tookMs);
    const locked = await readAssetLock(new SystemFiles(), join(later, LOCK_FILE));
    const wanted = new Map(locked.map(({ name, sha256 }) => [name, sha256]));
    for (const [, runs] of await runsOn(cluster)) {
      for (const [asset, sha256] of Object.entries(runs)) expect([asset, sha256]).toEqual([asset, wanted.get(asset)]);
    }
    expect(await cluster.readyNodes()).toEqual(nodesOf(counts));
    const { items } = Nodes.parse(JSON.parse(await cluster.said('get', 'nodes', '-o', 'json')));
    expect(items.filter(({ spec }) => spec.unschedulable)).toEqual([]);
    await cluster.said('rollout', 'status', 'deployment/web', '--timeout=600s');
    await cluster.place.good(['plan', NAME]);
  });
}
