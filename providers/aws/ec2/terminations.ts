import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { ResourceContext } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import { wasRefused } from '../answers.ts';
import { Batches } from '../batches.ts';
import type { AwsSession } from '../session.ts';

/** What one request may name. */
const MACHINES_MAX = 1_000;

/** The machines that go at one moment go in one request. One that is unknown or protected spoils it for all. */
export class Terminations {
  readonly #batches: Batches<string>;

  constructor(ec2: AwsSession['ec2'], clock: Clock) {
    this.#batches = new Batches(clock, {
      fits: () => MACHINES_MAX,
      send: (context, _key, ids) => {
        const command = new TerminateInstancesCommand({ InstanceIds: [...new Set(ids)] });
        const purpose = ids.length === 1 ? 'terminate the machine' : `terminate ${ids.length} machines`;
        return ec2.remove(context, purpose, command);
      },
      mayBeOfOne: wasRefused,
    });
  }

  /** Resolves when EC2 has acknowledged that the machine goes. */
  end(context: Pick<ResourceContext, 'mutate'>, id: string): Promise<void> {
    return this.#batches.ask(context, '', id);
  }
}
