import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PlanResult } from '#app/app.ts';
import { clusterFile, Desk, FOREVER, UNINTERRUPTED } from './support/desk.ts';

const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'pause.tar'];
const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: words, namespace: shop }\n';

let desk: Desk;
let file = '';
beforeEach(async () => {
  desk = await Desk.alone();
  file = join(desk.home, 'shop', 'dev.yaml');
});
afterEach(() => desk[Symbol.asyncDispose]());

async function put(name: string, text: string): Promise<void> {
  const path = join(desk.home, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** A lock with these and etcd, which a cluster file then names. */
async function assets(names: readonly string[]): Promise<string> {
  const to = join(desk.home, 'assets');
  for (const name of ['etcd.tar.gz', ...names]) {
    await put(name, `bytes of ${name}`);
    const asset = { file: join(desk.home, name), name: name.split('.')[0] ?? '', version: '1.36.0', to };
    await desk.app().assets.add({ ...asset, architecture: 'amd64' });
  }
  return `assets: { lock: ${to}/assets.lock.yaml, source: ${to} }`;
}

async function clusterOf({ names = PROGRAMS, manifests = 'manifests' } = {}): Promise<void> {
  const lines = [
    'name: dev',
    'provider: local',
    'domain: dev.localhost',
    'image: { architecture: amd64 }',
    await assets(names),
    `manifests: ${manifests}`,
  ];
  await put('shop/dev.yaml', `${lines.join('\n')}\n`);
}

function plan(): Promise<PlanResult> {
  return desk.app().plan({ file }, { refresh: false }, FOREVER);
}

describe('manifests beside a cluster file', () => {
  test('are in the plan with what every cluster is given, and nothing of a Secret is', async () => {
    await clusterOf();
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: door }\nstringData: { word: sesame }\n';
    await put('shop/manifests/shop.yaml', `${CONFIG_MAP}---\n${secret}`);
    const planned = await plan();
    const objects = planned.changes.filter(({ kind }) => kind === 'kube.object').map(({ address }) => String(address));
    expect(objects).toContain('object.configmap.shop.words');
    expect(objects).toContain('object.secret.door');
    expect(objects.some((address) => address.startsWith('object.clusterrolebinding.'))).toBe(true);
    expect(JSON.stringify(planned)).not.toMatch(/sesame|c2VzYW1l/);
  });

  test('are refused with their place before anything is made, by validate as well', async () => {
    await clusterOf();
    await put('shop/manifests/web/bad.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n');
    const trouble = {
      code: 'manifests.invalid',
      detail: `${desk.home}/shop/manifests/web/bad.yaml:3:11: metadata.name is missing.`,
    };
    await expect(plan()).rejects.toMatchObject(trouble);
    await expect(desk.app().validate({ file }, { security: false }, FOREVER)).rejects.toMatchObject(trouble);
    const text = await readFile(file, 'utf8');
    const made = desk.app().create({ file: { path: file, text }, wait: false }, UNINTERRUPTED);
    await expect(made).rejects.toMatchObject(trouble);
    expect(await desk.app().list()).toEqual([]);
  });

  test('that are not there are missed', async () => {
    await clusterOf();
    await expect(plan()).rejects.toMatchObject({
      code: 'manifests.unreadable',
      detail: `${desk.home}/shop/manifests: no such file or directory.`,
    });
  });

  test('are refused where machines are given nothing of Kubernetes', async () => {
    await clusterOf({ names: [] });
    await put('shop/manifests/words.yaml', CONFIG_MAP);
    await expect(plan()).rejects.toMatchObject({
      code: 'manifests.no-kubernetes',
      detail: `The cluster file names ${desk.home}/shop/manifests, and its machines are given nothing of Kubernetes.`,
    });
  });

  test('are not for a cluster whose machines are acted', async () => {
    await put('shop/dev.yaml', `${clusterFile()}manifests: manifests\n`);
    await expect(plan()).rejects.toMatchObject({ code: 'config.invalid' });
  });
});

describe('the copy of a cluster file that is kept', () => {
  test('has the whole path of the folder, and all else as it was written', async () => {
    const { withWholeFolder } = await import('#app/whole-folder.ts');
    const { readClusterText } = await import('#app/cluster-text.ts');
    await clusterOf({ manifests: '../our objects # beside' });
    const given = await readClusterText(await readFile(file, 'utf8'), file);
    const whole = await withWholeFolder(given, file);
    expect(whole.text).toBe(given.text.replace('../our objects', `${desk.home}/our objects`));
    expect(whole.spec).toEqual({ ...given.spec, manifests: `${desk.home}/our objects` });
    expect(await withWholeFolder(whole, '/elsewhere/cluster.yaml')).toBe(whole);
  });
});
