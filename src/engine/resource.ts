import type { z } from 'zod';
import type { Address, ClusterUid, InstanceId } from './address.ts';

/**
 * How a create request can be recognised when it is sent twice.
 *
 * | identity     | the service …                                             | after an uncertain answer          |
 * |--------------|-----------------------------------------------------------|------------------------------------|
 * | `token`      | remembers our idempotency token                           | send the same request again        |
 * | `name`       | refuses a second object of that name                      | send again; "exists" and ours: take it |
 * | `tag`        | does neither: only our tag tells whose it is              | look for the tag, a settle window long, before sending again |
 * | `attachment` | links two things that exist; a second link is refused     | send again; "exists" and equal: take it |
 */
export type Identity = 'token' | 'name' | 'tag' | 'attachment';

export type ReplaceOrder = 'create-first' | 'destroy-first';

export type Condition =
  | { readonly is: 'ready' }
  | { readonly is: 'pending'; readonly waitingFor: string; readonly progress?: Progress }
  /** Will never become ready (a machine that terminated while starting): the engine replaces it. */
  | { readonly is: 'broken'; readonly reason: string }
  /** Will never become ready, and neither would another in its place: the run fails and says why, and what to do where that is known better. */
  | { readonly is: 'failed'; readonly reason: string; readonly remedy?: string };

export interface Progress {
  readonly done: number;
  readonly of: number;
}

/** Whose object it is, read from its tags. Undefined: nobody's tag is on it. */
export interface Owner {
  readonly cluster: ClusterUid;
  readonly instanceId: InstanceId;
}

export interface Present<Outputs> {
  readonly state: 'present';
  readonly outputs: Outputs;
  readonly owner: Owner | undefined;
  readonly condition: Condition;
}

export type Observation<Outputs = unknown> =
  | Present<Outputs>
  | { readonly state: 'absent' }
  | { readonly state: 'unreachable'; readonly reason: string };

export const READY: Condition = { is: 'ready' };
export const ABSENT = { state: 'absent' } as const;

export interface Call {
  /** The service and operation, as the rate budgets name them. */
  readonly budget: string;
  /** What it draws besides the request itself, where a service counts the things in it too. */
  readonly also?: { readonly budget: string; readonly tokens: number } | undefined;
  /** For the person who waits: "create the hosted zone". */
  readonly purpose: string;
}

/** What a resource method works with. All requests go through `read` and `mutate`. */
export interface ResourceContext {
  readonly cluster: ClusterUid;
  readonly address: Address;
  readonly instanceId: InstanceId;
  readonly signal: AbortSignal;
  /** A request without effect: sent again until it is answered or the deadline passes. */
  read<T>(call: Call, request: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** A request with an effect: sent under the lease, once per answer that leaves no doubt. */
  mutate<T>(call: Call, request: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface CreateContext extends ResourceContext {
  /** Members of one lot have the same. */
  readonly token: string;
  /** Which of the type's `variants` to use, such as the zone. */
  readonly variant: string;
  /** All instances that the request makes, in a fixed order. */
  readonly lot: readonly InstanceId[];
}

export type ListContext = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;

/** An object found by its owner tag alone, without help from the state. */
export interface Listed<Outputs> {
  readonly owner: Owner;
  readonly outputs: Outputs;
}

export interface ResourceDefinition<Session, Inputs, Outputs> {
  readonly kind: string;
  readonly inputs: z.ZodType<Inputs>;
  readonly outputs: z.ZodType<Outputs>;
  readonly identity: Identity;
  /** Inputs that cannot change on a living object. */
  readonly replaceOn: readonly (keyof Inputs & string)[];
  readonly replaceOrder: ReplaceOrder;
  /**
   * Inputs that this very object cannot be given although others of its kind can: a machine whose type is not among the
   * allowed ones any more. Values known after apply may be missing from `inputs`.
   */
  cannotBecome?(outputs: Outputs, inputs: Inputs): readonly (keyof Inputs & string)[];
  /** Outputs that an update never changes, so that dependents can be planned without waiting for it. */
  readonly stableOutputs: readonly (keyof Outputs & string)[];
  /** Outputs whose difference from the state is no drift. @default [] */
  readonly ignoreDriftOf?: readonly (keyof Outputs & string)[];
  /** How many times as long as others it may take to become ready. @default once */
  readonly patience?: number;
  /** It outlives the cluster, and no sweep would find what a late request has made anew. @default such are found */
  readonly bearsNoMark?: boolean;
  /** Names one physical object among all of its kind. */
  idOf(outputs: Outputs): string;
  /** Ways to create it, tried in order when one has no capacity. @default one, named '' */
  variants?(inputs: Inputs): readonly string[];
  /** Creates of one key that become due together are one lot: one request makes them all. @default each by itself */
  lotOf?(inputs: Inputs): string;
  /** `last` is what the state remembers; without it the object is looked for by token, name or tag. */
  observe(
    session: Session,
    context: ResourceContext,
    target: ObserveTarget<Inputs, Outputs>,
  ): Promise<Observation<Outputs>>;
  create(session: Session, context: CreateContext, inputs: Inputs): Promise<Outputs>;
  /** Makes the living object equal to `inputs` by absolute requests; nothing to do: returns `observed`. */
  sync(session: Session, context: ResourceContext, inputs: Inputs, observed: Outputs): Promise<Outputs>;
  destroy(session: Session, context: ResourceContext, outputs: Outputs): Promise<void>;
  /** What keeps it from going, one line each, with whose it is. It only looks, and is asked when a refusal lasts. */
  blockers?(session: Session, context: ResourceContext, outputs: Outputs): Promise<readonly string[]>;
  /** It did not become ready in time, or never will. What is left here is seen by whoever looks at it, or at its host, later. */
  giveUp?(session: Session, context: ResourceContext, outputs: Outputs): Promise<void>;
  /** Every object of this kind that carries the cluster's tag: how strays are found. */
  list?(session: Session, context: ListContext): Promise<readonly Listed<Outputs>[]>;
  /** Finds an object that the user asks to adopt, by the id he gave. */
  find?(session: Session, context: ResourceContext, id: string): Promise<Observation<Outputs>>;
}

interface ObserveTarget<Inputs, Outputs> {
  readonly inputs: Inputs;
  readonly last: Outputs | undefined;
}

/** A definition with its types erased: what the engine works with. */
export interface ResourceType {
  readonly kind: string;
  readonly inputs: z.ZodType;
  readonly outputs: z.ZodType;
  readonly identity: Identity;
  readonly replaceOn: readonly string[];
  readonly replaceOrder: ReplaceOrder;
  cannotBecome?(outputs: unknown, inputs: unknown): readonly string[];
  readonly stableOutputs: readonly string[];
  readonly ignoreDriftOf?: readonly string[];
  readonly patience?: number;
  readonly bearsNoMark?: boolean;
  idOf(outputs: unknown): string;
  variants?(inputs: unknown): readonly string[];
  lotOf?(inputs: unknown): string;
  observe(session: unknown, context: ResourceContext, target: ObserveTarget<unknown, unknown>): Promise<Observation>;
  create(session: unknown, context: CreateContext, inputs: unknown): Promise<unknown>;
  sync(session: unknown, context: ResourceContext, inputs: unknown, observed: unknown): Promise<unknown>;
  destroy(session: unknown, context: ResourceContext, outputs: unknown): Promise<void>;
  blockers?(session: unknown, context: ResourceContext, outputs: unknown): Promise<readonly string[]>;
  giveUp?(session: unknown, context: ResourceContext, outputs: unknown): Promise<void>;
  list?(session: unknown, context: ListContext): Promise<readonly Listed<unknown>[]>;
  find?(session: unknown, context: ResourceContext, id: string): Promise<Observation>;
}

/** Two calls so that the session is named and the rest inferred: `defineResource<Aws>()({ … })`. */
export function defineResource<Session>() {
  return <Inputs, Outputs>(definition: ResourceDefinition<Session, Inputs, Outputs>) => definition;
}
