import { hasKubernetes } from '#cluster/kubernetes.ts';
import { CallError } from '#engine/call.ts';
import { policySight } from '#kubernetes/policy-sight.ts';
import { lookedAfter } from '../cared-machines.ts';
import { type Asking, askNodes } from '../every-node.ts';
import type { AppPorts } from '../ports.ts';
import type { ClusterReading } from '../read-cluster.ts';
import type { ValidationFinding } from './finding.ts';
import { machineSecurity } from './machine-security.ts';
import { judgePolicies } from './policies.ts';
import { judgeMachineSecurity } from './security.ts';

/** What keeps others out of a cluster as it runs: its machines and its API are asked side by side. */
export async function judgeSecurity(
  ports: AppPorts,
  reading: ClusterReading,
  signal: AbortSignal,
): Promise<readonly ValidationFinding[]> {
  const { cluster, snapshot } = reading;
  const { name } = cluster.known;
  if (cluster.connection.care === undefined || !hasKubernetes(snapshot)) {
    return [{ check: 'security', verdict: 'not judged', what: 'Its machines are given nothing of Kubernetes.' }];
  }
  const asking: Asking = { ports, machines: lookedAfter(reading) };
  const [{ heard, silent }, policies] = await Promise.all([
    askNodes(asking, { look: 'security', nodes: [] }, signal),
    policiesOf(reading, signal),
  ]);
  const unheard = silent.map(({ node, problem }): ValidationFinding => {
    return { check: 'security', verdict: 'not judged', where: node, what: problem.detail };
  });
  return [...judgeMachineSecurity(name, heard.map(machineSecurity)), ...policies, ...unheard];
}

async function policiesOf(reading: ClusterReading, signal: AbortSignal): Promise<readonly ValidationFinding[]> {
  const { api, known } = reading.cluster;
  api.follow(() => reading);
  try {
    return judgePolicies(known.name, await policySight(await api.open(signal), signal));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CallError)) throw error;
    return [{ check: 'security', verdict: 'not judged', where: 'api', what: error.message }];
  }
}
