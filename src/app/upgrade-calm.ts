import type { UpgradeStep } from '#cluster/upgrade-steps.ts';
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
  const { clock } = runtime;
  const others = [...snapshot.records].filter(
    ([, { kind, deposed, address }]) =>
      kind === kubeNode.kind && !deposed && !step.nodes.some(({ name }) => name === nameIn(address)),
  );
  const sought = { cluster: snapshot.cluster, records: new Map(others) };
  const untilMs = clock.monotonicMs() + DEADLINES.calmMs;
  for (;;) {
    const seen = await observeAll(runtime, sought, signal);
    const lines = others.flatMap(([instance, { address }]) => {
      const trouble = troubleIn(seen.get(instance));
      return trouble === undefined ? [] : [`${nameIn(address)}: ${trouble}.`];
    });
    if (lines.length === 0) return;
    if (clock.monotonicMs() >= untilMs) throw problem('upgrade.not-now', { detail: lines.join('\n') });
    await clock.sleep(DEADLINES.watchMs, signal);
  }
}

function troubleIn(seen: Observation | undefined): string | undefined {
  if (seen === undefined) return 'it is not finished';
  if (seen.state === 'unreachable') return seen.reason;
  if (seen.state === 'absent') return 'Kubernetes does not know it';
  const { condition } = seen;
  if (condition.is === 'ready') return undefined;
  return condition.is === 'pending' ? `waiting for ${condition.waitingFor}` : condition.reason;
}

function nameIn(address: string): string {
  return address.slice(address.lastIndexOf('.') + 1);
}
