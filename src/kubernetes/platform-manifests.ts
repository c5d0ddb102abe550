import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Files } from '#std/files.ts';
import { assert } from '#std/assert.ts';
import { Manifest } from './manifest.ts';

/** Beside this file, from its sources and when it is built. */
const FOLDER = fileURLToPath(new URL('manifests', import.meta.url));

/** What every cluster has, and what it has when its machines are given the image of that name. */
const PARTS: readonly { readonly file: string; readonly image?: string; readonly place?: string }[] = [
  { file: 'access.yaml' },
  { file: 'coredns.yaml', image: 'coredns', place: 'COREDNS' },
  { file: 'network-policies.yaml', image: 'network-policies', place: 'NETWORK_POLICIES' },
  { file: 'metrics-server.yaml', image: 'metrics-server', place: 'METRICS_SERVER' },
];

interface PlatformSpec {
  readonly clusterDomain: string;
  readonly dnsAddress: string;
  /** Versions, by the names of the images that machines are given. */
  readonly images: ReadonlyMap<string, string>;
}

/** What a cluster is given before anybody else puts something on it. */
export async function platformManifests(
  files: Pick<Files, 'read'>,
  { clusterDomain, dnsAddress, images }: PlatformSpec,
): Promise<readonly Manifest[]> {
  const { parseAllDocuments } = await import('yaml');
  const parts = PARTS.filter(({ image }) => image === undefined || images.has(image));
  const texts = await Promise.all(
    parts.map(async ({ file, image = '', place = '' }) => {
      const values = new Map([
        ['CLUSTER_DOMAIN', clusterDomain],
        ['DNS_ADDRESS', dnsAddress],
        [place, images.get(image) ?? ''],
      ]);
      return filled(await files.read(join(FOLDER, file)), values);
    }),
  );
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => Manifest.parse(document.toJS())));
}

function filled(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/@([A-Z_]+)@/g, (_, place: string) => {
    const value = values.get(place);
    assert(value !== undefined && value !== '', `A manifest of ours has a place for ${place}, which nobody fills.`);
    return value;
  });
}
