import type { ClusterSpec } from '#config/cluster-file.ts';
import { parseAddress } from '#engine/address.ts';
import type { Snapshot } from '#engine/record.ts';
import type { Constructs, Machine, RegionScope } from '#provider/constructs.ts';
import { serviceAddress } from './address-plan.ts';
import { type Authorities, declareAuthorities, declareCertificate } from './authorities.ts';
import { API_ENTRANCE } from './balancer.ts';
import type { Etcd } from './etcd.ts';
import { generatedSecret } from './generated-secret.ts';
import { certificatesOf, CLUSTER_DOMAIN, type Signer } from './kubernetes-certificates.ts';
import { apiName } from './names.ts';
import { type NodeWords, together } from './node-words.ts';
import { isControlPlane } from './roles.ts';
import type { Member } from './roster.ts';
import { SERVICE_ACCOUNT, type Trusts } from './trust.ts';

const KEY_BYTES = 32;
/** By custom. */
const DNS_NUMBER = 10;

/** The control plane of the cluster, before any machine is there: whose word counts in it, and what it keeps to itself. */
export interface Kubernetes {
  readonly authorities: Readonly<Record<Signer, Authorities>>;
  readonly secrets: Required<NodeWords>['secrets'];
  readonly settings: NodeWords['settings'];
}

interface Surroundings {
  readonly roster: readonly Member[];
  readonly etcd: Pick<Etcd, 'authorities'>;
  readonly trusts: Trusts;
  readonly constructs: Pick<Constructs, 'outsideAddress'>;
}

const ENCRYPTION_KEY = parseAddress('secret.encryption');

export function declareKubernetes(
  scope: RegionScope,
  spec: ClusterSpec,
  { roster, etcd, trusts, constructs }: Surroundings,
): Kubernetes {
  const key = scope.builder.declare(generatedSecret, ENCRYPTION_KEY, { bytes: KEY_BYTES, purpose: 'encryption' });
  const { signer } = declareAuthorities(scope, SERVICE_ACCOUNT, trusts);
  return {
    authorities: {
      cluster: declareAuthorities(scope, 'cluster', trusts),
      'front-proxy': declareAuthorities(scope, 'front-proxy', trusts),
      etcd: etcd.authorities,
    },
    secrets: {
      'encryption-key': key.output('value'),
      'service-account-key': signer.key,
      'service-account-believed': signer.certificate,
    },
    settings: { ...settingsFor(spec, roster), OUTSIDE_ADDRESS: constructs.outsideAddress ?? '' },
  };
}

/** Whether a cluster is made with it, as far as its state goes. */
export function hasKubernetes(snapshot: Pick<Snapshot, 'current'>): boolean {
  return snapshot.current(ENCRYPTION_KEY) !== undefined;
}

/** The same for every node. */
function settingsFor(spec: ClusterSpec, roster: readonly Member[]): NodeWords['settings'] {
  const controlPlanes = roster.filter(({ role }) => isControlPlane(role));
  return {
    DOMAIN: spec.domain,
    API_NAME: apiName(spec),
    API_PORT: String(API_ENTRANCE.port),
    CONTROL_PLANES: controlPlanes.map(({ overlayAddress }) => overlayAddress).join(' '),
    SERVICE_RANGE: spec.network.services,
    DNS_ADDRESS: dnsAddress(spec),
    CLUSTER_DOMAIN,
  };
}

/** Where pods ask for names. */
export function dnsAddress({ network }: Pick<ClusterSpec, 'network'>): string {
  return serviceAddress(network.services, DNS_NUMBER);
}

/** Those whose authorities a rotation may replace, beside etcd's own. */
export function rotatedAuthorities({ authorities }: Kubernetes): readonly Authorities[] {
  return [authorities.cluster, authorities['front-proxy']];
}

/** What one node is told of Kubernetes, and who it is there. */
export function kubernetesWords(
  scope: RegionScope,
  { authorities, secrets, settings }: Kubernetes,
  spec: ClusterSpec,
  { member, machine }: { readonly member: Member; readonly machine: Pick<Machine, 'mailbox'> },
): NodeWords {
  const certificates = certificatesOf(member, spec).map(({ by, ...order }) => ({
    settings: {},
    certificates: declareCertificate(scope, authorities[by], { ...order, node: member.name, box: machine.mailbox }),
  }));
  const kept = isControlPlane(member.role) ? { settings, secrets } : { settings };
  return together([kept, ...certificates]);
}
