import { z } from 'zod';
import { readAs } from './live-object.ts';
import type { KubernetesApi } from './api.ts';
import type { Manifest } from './manifest.ts';

const Resources = z.looseObject({
  resources: z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
type ApiResource = z.output<typeof Resources>['resources'][number];

/** The path of all objects of one kind in one namespace, and of one among them. */
export interface ObjectPath {
  readonly collection: string;
  readonly object: string;
}

const DEFAULT_NAMESPACE = 'default';

/** Which kinds the API serves, and where: what it has said once it is not asked again. */
export class ApiKinds {
  readonly #known = new Map<string, readonly ApiResource[]>();

  /** Undefined: it does not serve that kind (yet). */
  async pathOf(
    api: Pick<KubernetesApi, 'find'>,
    { apiVersion, kind, metadata }: Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>,
    signal: AbortSignal,
  ): Promise<ObjectPath | undefined> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resource = await this.#find(api, { root, kind }, signal);
    if (resource === undefined) return undefined;
    const { name, namespace = DEFAULT_NAMESPACE } = metadata;
    const within = resource.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
    const collection = `${root}${within}/${resource.name}`;
    return { collection, object: `${collection}/${encodeURIComponent(name)}` };
  }

  async #find(
    api: Pick<KubernetesApi, 'find'>,
    { root, kind }: { readonly root: string; readonly kind: string },
    signal: AbortSignal,
  ): Promise<ApiResource | undefined> {
    const meant = (resources: readonly ApiResource[] = []) =>
      resources.find((one) => one.kind === kind && !one.name.includes('/'));
    const known = meant(this.#known.get(root));
    if (known !== undefined) return known;
    const answer = await api.find(root, signal);
    const resources = answer === undefined ? [] : readAs(Resources, answer).resources;
    this.#known.set(root, resources);
    return meant(resources);
  }
}
