import type { Instance, InstanceMarketOptionsRequest, StateReason } from '@aws-sdk/client-ec2';
import { CallError, isRejected } from '#engine/call.ts';
import { problem } from '#engine/problem.ts';
import type { MachineSpec } from '#provider/constructs.ts';

/** What a machine's declaration says of it, and nothing for a machine that stays: such records are as they always were. */
export function spotInputs({ name, role, spot = false }: MachineSpec): { readonly isSpot?: true } {
  if (!spot) return {};
  if (role === 'worker') return { isSpot: true };
  // What has a vote or keeps data must not be taken away.
  throw problem('internal', { detail: `${name} is a ${role}: only workers may be taken back at any time.` });
}

/** Once, and gone when it is taken back: another in its place is this program's to ask for. */
export const SPOT_MARKET: InstanceMarketOptionsRequest = {
  MarketType: 'spot',
  SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
};

interface Attempt {
  readonly variant: string;
  readonly variants: readonly string[];
}

/**
 * | AWS refuses for            | and another zone or type is left | none is left                         |
 * |----------------------------|----------------------------------|--------------------------------------|
 * | capacity, or the price     | it is tried                      | said, with all that were tried       |
 * | the quota of spot machines | it is tried: it may be smaller   | said, as a matter of quota           |
 *
 * Nothing is launched on demand in its place: that costs several times as much, and nobody asked for it.
 */
export async function launchedAsSpot<Answer>(launch: Promise<Answer>, attempt: Attempt): Promise<Answer> {
  try {
    return await launch;
  } catch (error) {
    throw spotRefusal(error, attempt);
  }
}

function spotRefusal(error: unknown, { variant, variants }: Attempt): unknown {
  if (!(error instanceof CallError)) return error;
  const isQuota = isRejected(error, 'quota');
  if (!isQuota && !isRejected(error, 'capacity')) return error;
  const { message, cause } = error;
  if (variant !== variants.at(-1)) return new CallError({ outcome: 'rejected', reason: 'capacity', message, cause });
  const tried = `As a spot machine it was asked for as ${variants.join(', ')}, and last refused with ${message}`;
  const words = `${tried} Nothing was launched on demand in its place: allow more types, or take spot out of the file.`;
  return new CallError({ outcome: 'rejected', reason: isQuota ? 'quota' : 'capacity', message: words, cause });
}

const TAKEN_BACK: ReadonlySet<StateReason['Code']> = new Set([
  'Server.SpotInstanceTermination',
  'Server.SpotInstanceShutdown',
]);

/** By AWS, which needs it for others. */
export function wasTakenBack({ StateReason: reason }: Pick<Instance, 'StateReason'>): boolean {
  return TAKEN_BACK.has(reason?.Code);
}
