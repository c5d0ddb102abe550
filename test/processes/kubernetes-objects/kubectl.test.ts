import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { parseClusterUid } from '#engine/address.ts';
import { declarePlatform } from '#cluster/platform.ts';
import { ADMINS, MASTERS } from '#kubernetes/credentials.ts';
import type { Manifest } from '#kubernetes/manifest.ts';
import { kubeObject } from '#kubernetes/object.ts';
import { platformManifests } from '#kubernetes/platform-manifests.ts';
import { SystemFiles } from '#std/system-files.ts';
import { ControlPlane, KUBERNETES } from './control-plane.ts';
import { ObjectStand } from './object-stand.ts';

const run = promisify(execFile);

const WITHIN = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'within', namespace: 'default' } };
const PLACE = { clusterDomain: 'cluster.local', dnsAddress: '10.96.0.10' };
const IMAGES = new Map([
  ['coredns', '1.12.4'],
  ['network-policies', '1.1.1'],
  ['metrics-server', '0.8.0'],
]);

function given(images: ReadonlyMap<string, string>): Promise<readonly Manifest[]> {
  return platformManifests(new SystemFiles(), { ...PLACE, images });
}

/** What every cluster is given, on no machine. */
function platform(manifests: readonly Manifest[]): (builder: BlueprintBuilder) => void {
  return (builder) => {
    // Any other thing does as what it goes with.
    const { address: store } = builder.declare(kubeObject, 'object.within', { manifest: WITHIN });
    const uid = parseClusterUid('clusterclustercluster');
    const scope = { builder, uid, clusterName: 'dev', tags: undefined, region: 'here' };
    declarePlatform(scope, { manifests, store, nodes: [] });
  };
}

describe.skipIf(KUBERNETES === undefined)('kubectl with a kubeconfig of ours', () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await ControlPlane.open();
  });
  afterAll(() => plane?.[Symbol.asyncDispose]());

  async function kubectl(kubeconfig: string, ...args: readonly string[]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(plane.folder, 'cache') };
    const ended = run(join(KUBERNETES ?? '', 'kubectl'), [...args], { env });
    return ended.then(
      ({ stdout }) => stdout.trim(),
      (error: unknown) => String(error),
    );
  }

  test('is let in as who it says it is, and may do everything once the cluster says that admins may', async () => {
    const kubeconfig = await plane.kubeconfig('admin.kubeconfig', 'me@here', [ADMINS]);
    expect(await kubectl(kubeconfig, 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe('me@here');
    expect(await kubectl(kubeconfig, 'get', 'secrets', '-A')).toContain('Forbidden');
    expect(await new ObjectStand(plane.api()).apply(platform(await given(new Map())))).toEqual([]);
    expect(await kubectl(kubeconfig, 'auth', 'can-i', '*', '*')).toBe('yes');
    expect(await kubectl(kubeconfig, 'create', 'namespace', 'shop')).toBe('namespace/shop created');
  });

  test('has every manifest that a cluster is given accepted, read strictly', async () => {
    const kubeconfig = await plane.kubeconfig('masters.kubeconfig', 'me@here', [MASTERS]);
    for (const manifest of await given(IMAGES)) {
      const file = join(plane.folder, 'manifest.json');
      await writeFile(file, JSON.stringify(manifest));
      const said = await kubectl(kubeconfig, 'create', '--dry-run=server', '--validate=strict', '-f', file);
      // What is there already was accepted before.
      expect(said).toMatch(/created \(server dry run\)|AlreadyExists/);
    }
  });

  test('of somebody else may not', async () => {
    const kubeconfig = await plane.kubeconfig('guest.kubeconfig', 'guest', ['guests']);
    expect(await kubectl(kubeconfig, 'get', 'namespaces')).toContain('Forbidden');
  });
});
