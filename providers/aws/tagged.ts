import type { CreateContext, Present, ResourceContext, ResourceDefinition } from '#engine/resource.ts';
import type { AwsSession } from './session.ts';
import { type Tag, type TagChange, tagChange, type Tagged, userTags } from './tags.ts';

/** Sends what gives an object other tags. */
export type Retag<Outputs> = (
  aws: AwsSession,
  context: ResourceContext,
  outputs: Outputs,
  change: TagChange,
) => Promise<void>;

/** An object as it was seen, with everything that is tagged to it. */
export interface Sight<Outputs> extends Present<Outputs> {
  readonly tags: readonly Tag[] | undefined;
}

type Definition<Inputs, Outputs> = ResourceDefinition<AwsSession, Inputs, Outputs>;
type Target<Inputs, Outputs> = Parameters<Definition<Inputs, Outputs>['observe']>[2];

/** A kind that shows all tags when it looks, and writes the user's when it creates. */
interface Taggable<Inputs, Outputs> extends Omit<Definition<Inputs, Outputs>, 'observe' | 'create'> {
  observe(
    aws: AwsSession,
    context: ResourceContext,
    target: Target<Inputs, Outputs>,
  ): Promise<Sight<Outputs> | Exclude<Awaited<ReturnType<Definition<Inputs, Outputs>['observe']>>, Present<Outputs>>>;
  create(aws: AwsSession, context: CreateContext & Required<Tagged>, inputs: Inputs): Promise<Outputs>;
}

/**
 * The kind with the user's own tags kept as its inputs say. Which keys are the user's, what the file says now and what the
 * state remembers tell: a tag of somebody else is never touched.
 */
export function tagged<Inputs extends Tagged, Outputs extends Tagged>(
  retag: Retag<NoInfer<Outputs>>,
  definition: Taggable<Inputs, Outputs>,
): Definition<Inputs, Outputs> {
  return {
    ...definition,

    async observe(aws, context, target) {
      const seen = await definition.observe(aws, context, target);
      if (seen.state !== 'present') return seen;
      const { tags: all, outputs, ...sight } = seen;
      const tags = userTags(all, target.inputs.tags, target.last?.tags);
      return { ...sight, outputs: { ...outputs, tags } };
    },

    async create(aws, context, inputs) {
      const { tags } = inputs;
      return { ...(await definition.create(aws, { ...context, tags }, inputs)), tags };
    },

    async sync(aws, context, inputs, observed) {
      const synced = await definition.sync(aws, context, inputs, observed);
      const change = tagChange(observed.tags, inputs.tags);
      if (change !== undefined) await retag(aws, context, synced, change);
      return { ...synced, tags: inputs.tags };
    },
  };
}
