import { z } from 'zod';

/** The kinds stand for the four classes of create call, some twice. */
export const CloudKind = z.enum(['network', 'group', 'volume', 'server', 'link', 'record']);
export type CloudKind = z.output<typeof CloudKind>;

export const CloudValues = z.record(z.string(), z.union([z.string(), z.number()]));
export type CloudValues = Readonly<z.output<typeof CloudValues>>;

const Owner = z.strictObject({ cluster: z.string(), instanceId: z.string() });

export const CloudObject = z.strictObject({
  id: z.string(),
  kind: CloudKind,
  values: CloudValues,
  owner: Owner,
  isReady: z.boolean(),
});
export type CloudObject = Readonly<z.output<typeof CloudObject>>;

/** What the worker asks the server to do with a request before it answers. */
export const HoldMoment = z.enum(['before-effect', 'after-effect']);
export type HoldMoment = z.output<typeof HoldMoment>;

export const CloudRequest = z.discriminatedUnion('verb', [
  z.strictObject({
    verb: z.literal('create'),
    kind: CloudKind,
    values: CloudValues,
    owner: Owner,
    token: z.string(),
  }),
  z.strictObject({ verb: z.literal('update'), kind: CloudKind, id: z.string(), values: CloudValues }),
  z.strictObject({ verb: z.literal('destroy'), kind: CloudKind, id: z.string() }),
  z.strictObject({
    verb: z.literal('search'),
    kind: CloudKind,
    id: z.string().optional(),
    owner: Owner.partial().optional(),
    values: CloudValues.optional(),
  }),
]);
export type CloudRequest = z.output<typeof CloudRequest>;

export type MutatingRequest = Exclude<CloudRequest, { verb: 'search' }>;

export function isMutating(request: CloudRequest): request is MutatingRequest {
  return request.verb !== 'search';
}

export const Refusal = z.enum(['exists', 'absent', 'token-mismatch', 'token-spent', 'dependency', 'invalid']);
export type Refusal = z.output<typeof Refusal>;

export const CloudAnswer = z.union([
  z.strictObject({ objects: z.array(CloudObject).readonly() }),
  z.strictObject({ refusal: Refusal, message: z.string() }),
]);
export type CloudAnswer = z.output<typeof CloudAnswer>;

/** Who asks, and on behalf of which instance. */
export interface Caller {
  readonly process: number;
  readonly instanceId: string;
}

export const HEADERS = { process: 'x-process', instanceId: 'x-instance', hold: 'x-hold' } as const;
