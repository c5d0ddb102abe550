import { z } from 'zod';
import { type ClusterUid, type InstanceId, isClusterUid, isInstanceId } from '#engine/address.ts';
import type { Owner } from '#engine/resource.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import { sha256Hex } from '#std/hash.ts';
import { CallError } from '#engine/call.ts';

const ManagedFields = z.looseObject({
  manager: z.string().default(''),
  operation: z.string().default(''),
  subresource: z.string().default(''),
  fieldsV1: z.unknown(),
});
export type ManagedFields = z.output<typeof ManagedFields>;

const Words = z.record(z.string(), z.string()).default({});

/** What every object has, and the rest as it is. */
export const LiveObject = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    resourceVersion: z.string(),
    generation: z.int().default(0),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).default([]),
    labels: Words,
    annotations: Words,
    managedFields: z.array(ManagedFields).default([]),
  }),
});
export type LiveObject = z.output<typeof LiveObject>;

/** As one of the kinds that this program knows something of. */
export function readAs<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const where = read.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new CallError({ outcome: 'ambiguous', message: `The API answered with what it cannot be (${where}).` });
}

/** Under which name this program says what it wants of an object, so that it is known whose word each field is. */
export const FIELD_MANAGER = 'bootstrap';

const CLUSTER_LABEL = 'bootstrap/cluster';
const INSTANCE_ANNOTATION = 'bootstrap/instance';
const MANIFEST_ANNOTATION = 'bootstrap/manifest';

interface Marked {
  readonly cluster: ClusterUid;
  readonly instanceId: InstanceId;
  /** Of what was wanted last. */
  readonly digest?: string;
}

export interface Marks {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Whose it is. A name proves nothing. */
export function marksFor({ cluster, instanceId, digest }: Marked): Marks {
  return {
    labels: { [CLUSTER_LABEL]: cluster },
    annotations: {
      [INSTANCE_ANNOTATION]: instanceId,
      ...(digest === undefined ? {} : { [MANIFEST_ANNOTATION]: digest }),
    },
  };
}

export function ownerOf({ metadata }: LiveObject): Owner | undefined {
  const cluster = metadata.labels[CLUSTER_LABEL] ?? '';
  const instanceId = metadata.annotations[INSTANCE_ANNOTATION] ?? '';
  return isClusterUid(cluster) && isInstanceId(instanceId) ? { cluster, instanceId } : undefined;
}

export function givenDigest({ metadata }: LiveObject): string | undefined {
  return metadata.annotations[MANIFEST_ANNOTATION];
}

/**
 * Of the fields that are what this program said, and nobody else's word: who changes one takes it over, and this differs.
 * Undefined: it has not said anything in this way yet.
 */
export function ownFieldsDigest({ metadata }: LiveObject): string | undefined {
  const own = metadata.managedFields.find((fields) => isOwn(fields) && fields.operation === 'Apply');
  return own === undefined ? undefined : sha256Hex(canonicalJson(own.fieldsV1));
}

export function isOwn({ manager, subresource }: ManagedFields): boolean {
  return manager === FIELD_MANAGER && subresource === '';
}
