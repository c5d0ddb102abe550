import type { UpgradeStep } from '#cluster/upgrade-steps.ts';
import type { Address } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import type { Snapshot } from '#engine/record.ts';
import { observeAll } from '#engine/refresh.ts';
import type { Observation } from '#engine/resource.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import { kubeNode } from '#kubernetes/node.ts';
import { DEADLINES } from './deadlines.ts';

interface Calm {
  readonly runtime: EngineRuntime;
  readonly snapshot: Pick<Snapshot, 'cluster' | 'records'>;
  readonly step: UpgradeStep;
  readonly signal: AbortSignal;
}

/**
 * A node that is there need not be well: as long as Kubernetes does not call all others ready, no node is begun. What is begun
 * itself may be unwell, and just therefore be told something else.
 */
export async function awaitOthers({ runtime, snapshot, step, signal }: Calm): Promise<void> {
  const { clock, emit } = runtime;
  const others = [...snapshot.records].filter(
    ([, { kind, deposed, address }]) =>
      kind === kubeNode.kind && !deposed && !step.nodes.some(({ name }) => name === nameIn(address)),
  );
  const sought = { cluster: snapshot.cluster, records: new Map(others) };
  const untilMs = clock.monotonicMs() + DEADLINES.calmMs;
  const said = new Map<Address, string>();
  for (;;) {
    const seen = await observeAll(runtime, sought, signal);
    const awaited = others.flatMap(([instanceId, { address }]) => {
      const waitingFor = awaitedOf(seen.get(instanceId));
      return waitingFor === undefined ? [] : [{ address, instanceId, waitingFor }];
    });
    if (awaited.length === 0) return;
    if (clock.monotonicMs() >= untilMs) throw notNow(awaited);
    for (const one of awaited) {
      if (said.get(one.address) !== one.waitingFor) emit({ type: 'waiting', ...one, deadlineMs: untilMs });
      said.set(one.address, one.waitingFor);
    }
    await clock.sleep(DEADLINES.watchMs, signal);
  }
}

/** Undefined: nothing is. */
function awaitedOf(seen: Observation | undefined): string | undefined {
  if (seen === undefined) return 'it to be made, or gone';
  if (seen.state === 'unreachable') return `the API (${seen.reason})`;
  if (seen.state === 'absent') return 'Kubernetes to know it';
  const { condition } = seen;
  if (condition.is === 'ready') return undefined;
  return condition.is === 'pending' ? condition.waitingFor : `it to be well (${condition.reason})`;
}

function notNow(awaited: readonly { readonly address: Address; readonly waitingFor: string }[]) {
  const lines = awaited.map(({ address, waitingFor }) => `${nameIn(address)}: Waited in vain for ${waitingFor}.`);
  return problem('upgrade.not-now', { detail: lines.join('\n') });
}

function nameIn(address: Address): string {
  return address.slice(address.lastIndexOf('.') + 1);
}
