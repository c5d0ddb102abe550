import { groupOf, Manifest } from './manifest.ts';

export interface ManifestFlaw {
  /** In the manifest. */
  readonly path: readonly (string | number)[];
  readonly what: string;
}

const API_VERSION = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[a-z][a-z0-9]*$/;
const KIND = /^[A-Za-z][A-Za-z0-9]*$/;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** It becomes a part of a path; what else it may be depends on the kind. */
const NAME = /^(?!\.{1,2}$)[^/%\s]{1,253}$/;
const KUSTOMIZE = 'kustomize.config.k8s.io';

/** The first thing that keeps a value from being an object for the API. What its kind may say only the API knows. */
export function flawOf(value: unknown): ManifestFlaw | undefined {
  if (!isObject(value))
    return { path: [], what: 'Expected is an object of Kubernetes, which has an apiVersion and a kind.' };
  const { apiVersion, kind, metadata } = value;
  return (
    textFlaw(apiVersion, ['apiVersion'], API_VERSION) ??
    textFlaw(kind, ['kind'], KIND) ??
    (groupOf({ apiVersion: String(apiVersion) }) === KUSTOMIZE ? kustomizeFlaw() : undefined) ??
    metadataFlaw(metadata) ??
    shapeFlaw(value)
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function metadataFlaw(metadata: unknown): ManifestFlaw | undefined {
  if (!isObject(metadata)) return { path: ['metadata'], what: 'metadata.name is missing.' };
  const { generateName, name, namespace } = metadata;
  if (generateName !== undefined) {
    const what = 'With metadata.generateName every apply would make one more; write metadata.name.';
    return { path: ['metadata', 'generateName'], what };
  }
  return (
    textFlaw(name, ['metadata', 'name'], NAME) ??
    (namespace === undefined ? undefined : textFlaw(namespace, ['metadata', 'namespace'], NAMESPACE))
  );
}

function textFlaw(value: unknown, path: readonly string[], pattern: RegExp): ManifestFlaw | undefined {
  const key = path.join('.');
  if (value === undefined || value === null || value === '') return { path, what: `${key} is missing.` };
  if (typeof value !== 'string') return { path, what: `${key} has to be text; put it in quotes.` };
  return pattern.test(value) ? undefined : { path, what: `${JSON.stringify(value)} cannot be the ${key}.` };
}

function kustomizeFlaw(): ManifestFlaw {
  const what = 'This is for kustomize, not for the API; put what kustomize makes of it into the folder.';
  return { path: ['kind'], what };
}

function shapeFlaw(value: object): ManifestFlaw | undefined {
  const [issue] = Manifest.safeParse(value).error?.issues ?? [];
  if (issue === undefined) return undefined;
  const path = issue.path.filter((key) => typeof key !== 'symbol');
  return {
    path,
    what: `${path.join('.')} has to be ${path.length > 2 ? 'text; put it in quotes' : 'names with texts'}.`,
  };
}
