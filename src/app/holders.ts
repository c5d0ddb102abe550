import { z } from 'zod';
import { readOutput } from '#cluster/read-output.ts';
import { authorityOf } from '#cluster/trust.ts';
import { explain } from '#engine/change.ts';
import type { Plan } from '#engine/plan.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { mapLimit } from '#std/map-limit.ts';
import { lookedAfter } from './cared-machines.ts';
import type { ClusterReading } from './read-cluster.ts';

const Holding = z.object({ certificates: z.record(z.string(), z.object({ believes: z.array(z.string()) })) });

/** The nodes that show what one of these authorities has signed: they believe it, too. */
export function holdersIn(
  { snapshot }: Pick<ClusterReading, 'snapshot'>,
  purposes: ReadonlySet<string>,
): readonly ResourceRecord[] {
  const records = [...snapshot.records.values()];
  const meant = records.filter((record) => purposes.has(authorityOf(record)?.purpose ?? ''));
  const signers = new Set(meant.map((record) => readOutput(record, 'certificate')));
  return records.filter(({ kind, deposed, inputs }) => {
    const holding = kind === 'node' && !deposed ? Holding.safeParse(inputs) : undefined;
    const held = Object.values(holding?.data?.certificates ?? {});
    return held.some(({ believes }) => believes.some((authority) => signers.has(authority)));
  });
}

const AT_ONCE = 16;

/**
 * One line for each node that could confirm nothing. What has gone while a rotation is under way is made again as part of it;
 * one begins only where nothing has.
 */
export async function silentAmong(
  { cluster, snapshot }: Pick<ClusterReading, 'cluster' | 'snapshot'>,
  holders: readonly ResourceRecord[],
  continues: boolean,
): Promise<readonly string[]> {
  const machines = cluster.connection.care === undefined ? undefined : lookedAfter({ cluster, snapshot });
  const lines = await mapLimit(holders, AT_ONCE, async (holder): Promise<readonly string[]> => {
    const node = nodeOf(holder);
    if (!continues && !STANDS.has(holder.status)) return [`${node} is not ready yet.`];
    const power = machines?.nodes.includes(node) === true ? await machines.care.powerOf(machines.idOf(node)) : 'on';
    if (power === 'off') return [`${node}: its machine is off.`];
    return power === 'gone' && !continues ? [`${node}: its machine is gone.`] : [];
  });
  return lines.flat();
}

/** An update may have been cut short; the node is there all the same. */
const STANDS: ReadonlySet<ResourceRecord['status']> = new Set(['ready', 'updating']);

/** Those that the plan makes again, or leaves alone because they cannot be reached. */
export function goingIn({ changes }: Plan, holders: readonly ResourceRecord[]): readonly string[] {
  return holders.flatMap((holder) => {
    const hindrance = changes.find(
      ({ address, action, because }) =>
        (address === holder.address || address === holder.within) &&
        ((action !== 'keep' && action !== 'update') || because.reason === 'unreachable'),
    );
    return hindrance === undefined ? [] : [`${nodeOf(holder)}: ${explain(hindrance.because)}.`];
  });
}

function nodeOf({ address }: ResourceRecord): string {
  return address.slice(address.lastIndexOf('.') + 1);
}
