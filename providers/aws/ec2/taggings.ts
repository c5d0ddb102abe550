import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import type { ResourceContext } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import { wasRefused } from '../answers.ts';
import { Batches } from '../batches.ts';
import type { AwsSession } from '../session.ts';
import type { Retag } from '../tagged.ts';
import type { TagChange } from '../tags.ts';

/** Machines come with their disks: far fewer than the thousand things that one request may name. */
const THINGS_MAX = 100;

interface Tagging {
  /** The thing and what comes and goes with it. */
  readonly ids: readonly string[];
  readonly change: TagChange;
}

/**
 * Another tag in the file changes everything there is: what gets the same change at one moment shares a request. EC2 tags
 * all that a request names or none of it.
 */
export class Taggings {
  readonly #batches: Batches<Tagging>;

  constructor(ec2: AwsSession['ec2'], clock: Clock) {
    this.#batches = new Batches(clock, {
      fits: () => THINGS_MAX,
      send: async (context, _key, taggings) => {
        const [{ change }] = taggings;
        const Resources = [...new Set(taggings.flatMap(({ ids }) => ids))];
        if (change.put.length > 0) {
          await ec2.mutate(context, 'tag', new CreateTagsCommand({ Resources, Tags: [...change.put] }));
        }
        if (change.drop.length > 0) {
          const Tags = change.drop.map((Key) => ({ Key }));
          await ec2.mutate(context, 'take tags away', new DeleteTagsCommand({ Resources, Tags }));
        }
      },
      mayBeOfOne: wasRefused,
    });
  }

  change(context: Pick<ResourceContext, 'mutate'>, tagging: Tagging): Promise<void> {
    return this.#batches.ask(context, JSON.stringify(tagging.change), tagging);
  }
}

/** For what comes without anything else. */
export function byEc2<Key extends string>(idKey: Key): Retag<Readonly<Record<Key, string>>> {
  return (aws, context, outputs, change) => aws.taggings.change(context, { ids: [outputs[idKey]], change });
}
