import { hasKubernetes } from '#cluster/kubernetes.ts';
import { CallError } from '#engine/call.ts';
import type { ClusterSight } from '#kubernetes/cluster-sight.ts';
import { ageingAuthorities } from '../ageing-authorities.ts';
import { lookedAfter } from '../cared-machines.ts';
import { foreseeDemand } from '../cluster-plan.ts';
import { type Answers, type Asking, askNodes } from '../every-node.ts';
import { nodeStatuses } from '../node-status.ts';
import type { AppPorts } from '../ports.ts';
import type { ClusterReading } from '../read-cluster.ts';
import { units } from '../units.ts';
import { judgeCertificates } from './certificates.ts';
import { judgeComponents, judgeLeaders } from './components.ts';
import type { ValidationFinding } from './finding.ts';
import { machineHealth } from './machine-health.ts';
import { judgeApiName, judgeResolvers } from './names.ts';
import { judgeNodes } from './nodes.ts';
import { judgePods, podsToReach } from './pods.ts';
import { judgeTimes } from './time.ts';

/** What a cluster as it runs is found to be: its state, its API and its machines are asked side by side. */
export async function judgeRunning(
  ports: AppPorts,
  reading: ClusterReading,
  signal: AbortSignal,
): Promise<readonly ValidationFinding[]> {
  const { cluster, place, snapshot, file } = reading;
  const { spec } = file;
  const { name } = cluster.known;
  if (cluster.connection.care === undefined) return [acted(name)];
  const asking: Asking = { ports, machines: lookedAfter(reading) };
  const nowMs = ports.clock.wallMs();
  const [sight, unitsReport, demand, outside] = await Promise.all([
    hasKubernetes(snapshot) ? lookInside(reading, signal) : undefined,
    units(asking, [], signal),
    foreseeDemand(cluster, place, spec),
    judgeApiName(ports.nameServers, { cluster: name, spec, snapshot }, signal),
  ]);
  const seen = sight !== undefined && !('why' in sight) ? sight : undefined;
  const pods = podsToReach(seen?.pods ?? []);
  const asked = await askForHealth(asking, [...pods.values()], signal);
  const machines = asked.heard.map(machineHealth);
  const wanted = nodeStatuses({ spec, demand, snapshot, lastWaiting: () => undefined });
  const nodes = wanted.map((node) => node.name);
  return [
    ...judgeNodes({ cluster: name, wanted, seen: seen?.nodes }),
    ...judgeComponents({ cluster: name, units: unitsReport, machines }),
    ...judgeInside(name, sight, nowMs),
    ...outside,
    ...(seen === undefined ? [] : judgePods({ cluster: name, nodes, pods, machines })),
    ...judgeCertificates({ cluster: name, authorities: ageingAuthorities(snapshot, nowMs), machines, nowMs }),
    ...judgeTimes({ cluster: name, machines, ...asked }),
  ];
}

type Sight = ClusterSight | { readonly why: string };

async function lookInside(reading: ClusterReading, signal: AbortSignal): Promise<Sight> {
  const { api } = reading.cluster;
  const { clusterSight } = await import('#kubernetes/cluster-sight.ts');
  api.follow(() => reading);
  try {
    return await clusterSight(await api.open(signal), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CallError)) throw error;
    return { why: error.message };
  }
}

function judgeInside(cluster: string, sight: Sight | undefined, nowMs: number): readonly ValidationFinding[] {
  if (sight === undefined) {
    return [{ check: 'api', verdict: 'not judged', what: 'The machines are given nothing of Kubernetes.' }];
  }
  if ('why' in sight) {
    return [{ check: 'api', verdict: 'bad', what: sight.why, next: `bootstrap etcd status ${cluster}` }];
  }
  return [
    { check: 'api', verdict: 'ok', what: 'It answers.' },
    ...judgeLeaders(cluster, sight.leases, nowMs),
    ...judgeResolvers(cluster, sight.resolvers),
  ];
}

async function askForHealth(
  asking: Asking,
  pods: readonly { readonly address: string }[],
  signal: AbortSignal,
): Promise<Pick<Answers, 'heard'> & { readonly askedMs: number; readonly heardMs: number }> {
  const { clock } = asking.ports;
  const askedMs = clock.wallMs();
  const args = pods.map(({ address }) => address);
  // Who is silent is so for the units as well, and is told there.
  const { heard } = await askNodes(asking, { look: 'health', nodes: [], args }, signal);
  return { heard, askedMs, heardMs: clock.wallMs() };
}

function acted(name: string): ValidationFinding {
  return { check: 'nodes', verdict: 'not judged', what: `The machines of ${name} are acted: nobody can be asked.` };
}
