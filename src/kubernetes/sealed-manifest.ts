import { Secret } from '#std/secret.ts';
import { isObject, type ManifestFlaw } from './manifest-flaw.ts';
import type { Manifest, WantedObject } from './manifest.ts';

/** A copy of the whole object, by kubectl. */
const COPY = 'kubectl.kubernetes.io/last-applied-configuration';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

type Sealed =
  | { readonly object: WantedObject; readonly flaw?: undefined }
  | { readonly object?: undefined; readonly flaw: ManifestFlaw };

/** An object with what a Secret holds apart from it, so that it is shown nowhere and sealed where it is kept. */
export function sealed(manifest: Manifest): Sealed {
  if (manifest.kind !== 'Secret' || manifest.apiVersion !== 'v1') return { object: { manifest } };
  const { data, stringData, ...rest } = manifest;
  if (manifest.metadata.annotations?.[COPY] !== undefined) {
    const what = `The annotation ${COPY} has a copy of what the Secret holds; take it out.`;
    return { flaw: { path: ['metadata', 'annotations', COPY], what } };
  }
  const flaw = heldFlaw('data', data) ?? heldFlaw('stringData', stringData);
  if (flaw !== undefined) return { flaw };
  const secrets = held(stringData, (text) => text);
  const secretBytes = held(data, withoutBreaks);
  return { object: { manifest: rest, secrets, secretBytes } };
}

function heldFlaw(key: 'data' | 'stringData', value: unknown): ManifestFlaw | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return { path: [key], what: `${key} has to be names with texts.` };
  for (const [name, text] of Object.entries(value)) {
    const path = [key, name];
    if (typeof text !== 'string') return { path, what: `${key}.${name} has to be text; put it in quotes.` };
    if (key === 'data' && !BASE64.test(withoutBreaks(text))) {
      return { path, what: `data.${name} is not in base64; what is plain text belongs into stringData.` };
    }
  }
  return undefined;
}

function held(value: unknown, read: (text: string) => string): Readonly<Record<string, Secret>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, new Secret(read(String(text)))]));
}

/** In base64 lines may be broken anywhere. */
function withoutBreaks(text: string): string {
  return text.replaceAll(/[\r\n]/g, '');
}
