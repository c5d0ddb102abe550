import type { Instance } from '@aws-sdk/client-ec2';
import type { ResourceContext } from '#engine/resource.ts';
import type { BoxContents } from '#host/mailbox.ts';
import type { Clock } from '#std/clock.ts';
import type { Ec2Listings } from './listings.ts';

interface PresenceOptions {
  readonly listings: Pick<Ec2Listings, 'instances'>;
  readonly clock: Clock;
  /** A listing may miss a machine this long. */
  readonly visibleWithinMs: number;
}

/**
 * Whether the machine of a mailbox is still there. That it has ended is believed at once, that it is not listed only when
 * every look has missed it as long as listings may be behind.
 */
export class MachinePresence {
  readonly #options: PresenceOptions;
  readonly #missingSinceMs = new Map<string, number>();

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  async of(
    context: Pick<ResourceContext, 'cluster' | 'signal' | 'read'>,
    box: string,
  ): Promise<BoxContents['machine']> {
    const { listings, clock, visibleWithinMs } = this.#options;
    const askedAtMs = clock.monotonicMs();
    const all = await listings.instances.ofCluster(context);
    const found = all.find(({ InstanceId }) => InstanceId === box);
    if (found !== undefined) {
      this.#missingSinceMs.delete(box);
      return isAlive(found) ? 'there' : 'gone';
    }
    const sinceMs = this.#missingSinceMs.get(box) ?? askedAtMs;
    this.#missingSinceMs.set(box, sinceMs);
    return askedAtMs - sinceMs >= visibleWithinMs ? 'gone' : 'there';
  }
}

export function isAlive({ State }: Instance): boolean {
  return State?.Name !== 'terminated' && State?.Name !== 'shutting-down';
}
