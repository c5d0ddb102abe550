import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress } from '#engine/address.ts';
import type { Snapshot } from '#engine/record.ts';
import { BASTION } from './bastion.ts';
import { hasKubernetes } from './kubernetes.ts';
import { publicAddressOf } from './machine-address.ts';
import { apiName } from './names.ts';
import { readOutput } from './read-output.ts';

export interface ClusterOutput {
  readonly name: string;
  readonly value: string;
}

/** What a cluster is good for once it stands: read from its state, so that nothing is promised that is not there. */
export function outputsOf(snapshot: Snapshot, spec: ClusterSpec): readonly ClusterOutput[] {
  const zone = snapshot.current(parseAddress('zone'));
  const nameServers = zone?.status === 'ready' ? readOutput(zone, 'nameServers') : undefined;
  const hasRecord = (name: string): boolean => snapshot.current(parseAddress(`record.${name}`))?.status === 'ready';
  const nodes = [...snapshot.records.values()].filter(({ kind, status }) => kind === 'node' && status === 'ready');
  const bastion = publicAddressOf(snapshot, spec.region, BASTION);
  return [
    ...(hasRecord('api') ? [{ name: 'api', value: apiName(spec) }] : []),
    ...(hasRecord('site') ? [{ name: 'site_address', value: spec.domain }] : []),
    ...(Array.isArray(nameServers) && nameServers.length > 0
      ? [{ name: 'name_servers', value: nameServers.join(' ') }]
      : []),
    ...(bastion !== undefined ? [{ name: 'bastion', value: bastion }] : []),
    ...(nodes.length > 0 ? [{ name: 'nodes_ready', value: String(nodes.length) }] : []),
  ];
}

/** What this version leaves out, so that nobody takes a booted machine for a served site. */
export function notYetIn(snapshot: Snapshot): readonly string[] {
  return [hasKubernetes(snapshot) ? WITHOUT_STORAGE : WITHOUT_KUBERNETES, 'The four scale URLs are not served yet.'];
}

const WITHOUT_STORAGE = 'Machines become nodes of Kubernetes. The storage cluster and the site are not installed yet.';
const WITHOUT_KUBERNETES =
  'Machines become an encrypted network with etcd on it, for the lock of assets has no Kubernetes. The storage cluster and the site are not installed yet.';
