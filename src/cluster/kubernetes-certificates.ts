import type { ClusterSpec } from '#config/cluster-file.ts';
import { serviceAddress } from './address-plan.ts';
import type { CertificateOrder } from './authorities.ts';
import { apiName } from './names.ts';
import { isControlPlane } from './roles.ts';
import type { Member } from './roster.ts';

export const CLUSTER_DOMAIN = 'cluster.local';
const LOOPBACK = '127.0.0.1';
/** Under which pods find the API. */
const API_SERVICE = ['kubernetes', 'default', 'svc', ...CLUSTER_DOMAIN.split('.')];
const API_SERVICE_PARTS = [1, 2, 3, API_SERVICE.length];

/** By what their authorities are called. */
export type Signer = 'cluster' | 'front-proxy' | 'etcd';

/** A certificate of Kubernetes, and whose word stands behind it. */
interface KubernetesCertificate extends Omit<CertificateOrder, 'node' | 'box'> {
  readonly by: Signer;
}

/** Who the programs of a node are to each other: names as Kubernetes knows them, for they are what its rules speak of. */
export function certificatesOf(member: Member, spec: ClusterSpec): readonly KubernetesCertificate[] {
  const every = [kubelet(member), PROXY];
  if (!isControlPlane(member.role)) return every;
  return [apiserver(member, spec), APISERVER_AT_ETCD, FRONT_PROXY, ...MANAGERS, SERVICES, ...every];
}

/** Found under all these names: by its own machine, by pods, by the other nodes, and by people. It also comes to kubelets. */
function apiserver({ name, overlayAddress }: Member, { domain, network }: ClusterSpec): KubernetesCertificate {
  const inside = API_SERVICE_PARTS.map((parts) => API_SERVICE.slice(0, parts).join('.'));
  return {
    by: 'cluster',
    purpose: 'apiserver',
    commonName: 'kube-apiserver',
    dnsNames: [name, 'localhost', ...inside, apiName({ domain })],
    addresses: [overlayAddress, serviceAddress(network.services, 1), LOOPBACK],
    usages: ['server', 'client'],
  };
}

const APISERVER_AT_ETCD: KubernetesCertificate = {
  by: 'etcd',
  purpose: 'apiserver-etcd',
  commonName: 'kube-apiserver',
  usages: ['client'],
};

/** An API beside that of Kubernetes believes whom this one names. */
const FRONT_PROXY: KubernetesCertificate = {
  by: 'front-proxy',
  purpose: 'front-proxy',
  commonName: 'front-proxy-client',
  usages: ['client'],
};

/** Each answers on its own machine alone how it is. */
const MANAGERS = (['controller-manager', 'scheduler'] as const).map((purpose): KubernetesCertificate => ({
  by: 'cluster',
  purpose,
  commonName: `system:kube-${purpose}`,
  dnsNames: ['localhost'],
  addresses: [LOOPBACK],
  usages: ['server', 'client'],
}));

/** Gives services their addresses, and may do nothing else. Machines from before it was there have nothing that would do so. */
const SERVICES: KubernetesCertificate = {
  by: 'cluster',
  purpose: 'services',
  ifAsked: true,
  commonName: 'bootstrap:services',
  usages: ['client'],
};

/** What the API lets a kubelet do follows from this name and this group. */
function kubelet({ name, overlayAddress }: Member): KubernetesCertificate {
  return {
    by: 'cluster',
    purpose: 'kubelet',
    commonName: `system:node:${name}`,
    organizations: ['system:nodes'],
    dnsNames: [name],
    addresses: [overlayAddress],
    usages: ['server', 'client'],
  };
}

const PROXY: KubernetesCertificate = {
  by: 'cluster',
  purpose: 'proxy',
  commonName: 'system:kube-proxy',
  usages: ['client'],
};
