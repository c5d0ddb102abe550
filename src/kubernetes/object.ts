import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT, type Condition, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { Secret } from '#std/secret.ts';
import type { KubernetesApi } from './api.ts';
import type { ObjectPath } from './api-kinds.ts';
import { failedJobWords } from './job-words.ts';
import type { KubernetesSession } from './kubernetes-session.ts';
import { givenDigest, isOwn, LiveObject, marksFor, ownerOf, ownFieldsDigest, readAs } from './live-object.ts';
import { digestOf, groupOf, Manifest, titleOf, type WantedObject, withSecrets } from './manifest.ts';
import { blockersOf, readinessOf } from './readiness.ts';
import { act, lookAt } from './sight.ts';
import { applyStrictly, createStrictly } from './strict-apply.ts';

const Inputs = z.strictObject({
  manifest: Manifest,
  /** Of a Secret, what it holds: nothing of it is in the manifest. */
  secrets: z.record(z.string(), z.instanceof(Secret)).optional(),
  /** The same in base64: not all of it need be text. */
  secretBytes: z.record(z.string(), z.instanceof(Secret)).optional(),
  /** Who is refused is told where it is written. */
  file: z.string().optional(),
});

const Outputs = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  /** Of what it was given last, by its own word. */
  given: z.string(),
  /** Which fields are this program's word, as a digest; empty: none yet. */
  fields: z.string(),
});
type ObjectOutputs = Readonly<z.output<typeof Outputs>>;

/** Of these hardly anything can be changed, and nothing is lost with them. */
const REMADE: ReadonlySet<string> = new Set(['Job', 'StorageClass']);

const MERGE = 'application/merge-patch+json';

/**
 * An object in the API, by server-side apply: what the manifest says is so, what it does not say is others' to say. It is
 * made by a plain create, which never touches one that is there already, whosever that is.
 */
export const kubeObject = defineResource<KubernetesSession>()({
  kind: 'kube.object',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: [],
  replaceOrder: 'destroy-first',
  cannotBecome(outputs, { manifest }) {
    const { kind, metadata } = manifest;
    const isSame = outputs.kind === kind && outputs.name === metadata.name && outputs.namespace === metadata.namespace;
    return isSame && groupOf(outputs) === groupOf(manifest) && !REMADE.has(kind)
      ? []
      : ['manifest', 'secrets', 'secretBytes'];
  },
  stableOutputs: ['apiVersion', 'kind', 'name', 'namespace'],
  idOf: ({ kind, namespace = '', name, uid }) => `${kind} ${namespace}/${name} ${uid}`,

  async observe(session, context, { inputs }) {
    const sight = await lookAt(session, context, `look at ${titleOf(inputs.manifest)}`, (api, signal) =>
      find(api, inputs, signal),
    );
    if ('unreachable' in sight) return { state: 'unreachable', reason: sight.unreachable };
    const { seen: live } = sight;
    if (live === undefined) return ABSENT;
    const condition = await conditionOf(session, context, { inputs, live });
    return { state: 'present', outputs: outputsOf(inputs, live), owner: ownerOf(live), condition };
  },

  async create(session, context, inputs) {
    const body = marked(context, inputs);
    const answer = await act(session, context, `make ${titleOf(inputs.manifest)}`, async (api, signal) => {
      const path = await pathOf(api, inputs, signal);
      return namingFile(inputs, () => createStrictly(api, body, { ...path, signal }));
    });
    return outputsOf(inputs, readAs(LiveObject, answer));
  },

  async sync(session, context, inputs, observed) {
    await handOver(session, context, inputs);
    const body = marked(context, inputs);
    const { uid } = observed;
    const answer = await act(session, context, `apply ${titleOf(inputs.manifest)}`, async (api, signal) => {
      const path = await pathOf(api, inputs, signal);
      return namingFile(inputs, () => applyStrictly(api, body, { ...path, signal, uid }));
    });
    return outputsOf(inputs, readAs(LiveObject, answer));
  },

  async destroy(session, context, outputs) {
    const meant = wordsOf(outputs);
    const live = await seen(session, context, meant);
    if (live?.metadata.deletionTimestamp !== undefined) {
      const message = `${titleOf(meant.manifest)} to end, as it was asked to`;
      throw new CallError({ outcome: 'rejected', reason: 'dependency', message });
    }
    const body = { propagationPolicy: 'Foreground', preconditions: { uid: outputs.uid } };
    await act(session, context, `delete ${titleOf(meant.manifest)}`, async (api, signal) => {
      const { object } = await pathOf(api, meant, signal);
      return api.ask({ method: 'DELETE', path: object, body }, signal);
    });
  },

  async blockers(session, context, outputs) {
    const live = await seen(session, context, wordsOf(outputs));
    return live === undefined ? [] : blockersOf(live);
  },
});

function wordsOf({ apiVersion, kind, name, namespace }: ObjectOutputs): Named {
  return { manifest: { apiVersion, kind, metadata: { name, namespace } } };
}

/** Undefined also when nobody can tell. */
async function seen(
  session: KubernetesSession,
  context: ResourceContext,
  meant: Named,
): Promise<LiveObject | undefined> {
  const sight = await lookAt(session, context, `look at ${titleOf(meant.manifest)}`, (api, signal) =>
    find(api, meant, signal),
  );
  return 'unreachable' in sight ? undefined : sight.seen;
}

type Named = Pick<WantedObject, 'manifest'>;

async function find(api: KubernetesApi, { manifest }: Named, signal: AbortSignal): Promise<LiveObject | undefined> {
  const path = await api.kinds.pathOf(api, manifest, signal);
  const answer = path === undefined ? undefined : await api.find(path.object, signal);
  return answer === undefined ? undefined : readAs(LiveObject, answer);
}

async function pathOf(api: KubernetesApi, wanted: WantedObject, signal: AbortSignal): Promise<ObjectPath> {
  const { apiVersion, kind } = wanted.manifest;
  const path = await api.kinds.pathOf(api, wanted.manifest, signal);
  if (path !== undefined) return path;
  const message = ofFile(wanted, `The API does not serve ${kind} of ${apiVersion} yet.`);
  throw new CallError({ outcome: 'not-yet', message });
}

/** The API only knows what it was sent: who is to mend it has to find it. */
function ofFile({ file }: Pick<WantedObject, 'file'>, words: string): string {
  return file === undefined ? words : `${file}: ${words}`;
}

async function namingFile<Answer>(wanted: WantedObject, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof CallError) || error.outcome !== 'rejected') throw error;
    const { outcome, reason, remedy } = error;
    const message = ofFile(wanted, error.message);
    throw new CallError({ outcome, ...(reason === undefined ? {} : { reason }), remedy, message, cause: error });
  }
}

function marked({ cluster, instanceId }: ResourceContext, wanted: WantedObject): Manifest {
  const marks = marksFor({ cluster, instanceId, digest: digestOf(wanted) });
  const { metadata, ...rest } = withSecrets(wanted);
  return {
    ...rest,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...marks.labels },
      annotations: { ...metadata.annotations, ...marks.annotations },
    },
  };
}

function outputsOf({ manifest }: Named, live: LiveObject): ObjectOutputs {
  const { apiVersion, kind, metadata } = manifest;
  const { name, namespace } = metadata;
  const { uid } = live.metadata;
  const identity = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...identity, uid, given: givenDigest(live) ?? '', fields: ownFieldsDigest(live) ?? '' };
}

/**
 * | the object                           | is                                                       |
 * |--------------------------------------|----------------------------------------------------------|
 * | is on its way out                    | broken: another takes its place                          |
 * | was not given what is wanted of it   | ready for that: what it is now may be what is to be mended |
 * | was                                  | as its kind says                                         |
 */
async function conditionOf(
  session: KubernetesSession,
  context: ResourceContext,
  { inputs, live }: { readonly inputs: WantedObject; readonly live: LiveObject },
): Promise<Condition> {
  if (live.metadata.deletionTimestamp !== undefined) return { is: 'broken', reason: 'It is on its way out.' };
  if (givenDigest(live) !== digestOf(inputs) || ownFieldsDigest(live) === undefined) return READY;
  const { kind } = inputs.manifest;
  const condition = readinessOf(kind, live);
  if (kind !== 'Job' || condition.is !== 'failed') return condition;
  return { is: 'failed', reason: [condition.reason, ...(await failedJobWords(session, context, live))].join('\n') };
}

/** What was said by the create that made it counts as applied from now on: or a field that is left out later would stay. */
async function handOver(session: KubernetesSession, context: ResourceContext, inputs: WantedObject): Promise<void> {
  const sight = await lookAt(session, context, `look at ${titleOf(inputs.manifest)}`, (api, signal) =>
    find(api, inputs, signal),
  );
  if ('unreachable' in sight || sight.seen === undefined) return;
  const { managedFields, resourceVersion, uid } = sight.seen.metadata;
  const created = managedFields.find((fields) => isOwn(fields) && fields.operation === 'Update');
  if (created === undefined) return;
  const hasApplied = managedFields.some((fields) => isOwn(fields) && fields.operation === 'Apply');
  const others = managedFields.filter((fields) => fields !== created);
  const said = hasApplied ? others : [...others, { ...created, operation: 'Apply' }];
  const body = { metadata: { uid, resourceVersion, managedFields: said.map(asWritten) } };
  await act(session, context, `take over ${titleOf(inputs.manifest)}`, async (api, signal) => {
    const { object } = await pathOf(api, inputs, signal);
    return api.ask({ method: 'PATCH', path: object, body, contentType: MERGE }, signal);
  });
}

function asWritten({ subresource, ...fields }: LiveObject['metadata']['managedFields'][number]): object {
  return subresource === '' ? fields : { ...fields, subresource };
}
