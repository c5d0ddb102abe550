import type { Ref } from '#engine/ref.ts';
import type { Machine, RegionScope } from '#provider/constructs.ts';
import { type Authorities, declareAuthorities } from './authorities.ts';
import { etcdFounder, etcdSeat } from './etcd-seat.ts';
import { etcdFounding, type EtcdMember } from './etcd-founding.ts';
import type { NodeWords } from './node-words.ts';
import { nodeCertificate } from './node-certificate.ts';
import { isControlPlane } from './roles.ts';
import type { Member } from './roster.ts';
import { FIRST_TRUST, type Trusts } from './trust.ts';

const PURPOSE = 'etcd';
const PEER_PORT = 2_380;
const AUTHORITY_DAYS = 3_650;
const CERTIFICATE_DAYS = 365;

/** The store of the cluster, before any machine is there: who founds it, and whose word its members believe. */
export interface Etcd {
  readonly token: Ref<string>;
  readonly founders: Ref<readonly EtcdMember[]>;
  readonly members: Ref<readonly EtcdMember[]>;
  readonly authorities: Authorities;
}

export function declareEtcd(scope: RegionScope, roster: readonly Member[], trusts: Trusts): Etcd {
  const members = roster.filter(({ role }) => isControlPlane(role)).map(memberOf);
  const founding = scope.builder.declare(etcdFounding, 'etcd.founding', { members });
  const trust = trusts.get(PURPOSE) ?? FIRST_TRUST;
  return {
    token: founding.output('token'),
    founders: founding.output('founders'),
    members: founding.output('members'),
    authorities: declareAuthorities(scope, { purpose: PURPOSE, trust, lifeDays: AUTHORITY_DAYS }),
  };
}

/** The seat of one node, and the certificate with which the others know who sits there. */
export function declareSeat(
  { builder, region }: RegionScope,
  { token, founders, members, authorities }: Etcd,
  { name, overlayAddress }: Member,
  { mailbox: box }: Pick<Machine, 'mailbox'>,
): NodeWords {
  const founding = builder.declare(etcdFounder, `${region}.founder.${name}`, { node: name, box, founders });
  const founder = founding.output('box');
  const whose = { node: name, box, founder };
  const seat = builder.declare(etcdSeat, `${region}.seat.${name}`, { ...whose, token, founders, members });
  const certificate = builder.declare(nodeCertificate, `${region}.certificate.${name}.${PURPOSE}`, {
    box,
    purpose: PURPOSE,
    authority: authorities.signer.certificate,
    authorityKey: authorities.signer.key,
    commonName: name,
    organizations: [],
    dnsNames: [name, 'localhost'],
    addresses: [overlayAddress, '127.0.0.1'],
    // It is both to its peers, and asks itself how it is.
    usages: ['server', 'client'],
    lifeDays: CERTIFICATE_DAYS,
  });
  return {
    settings: {
      ETCD_STATE: seat.output('state'),
      ETCD_TOKEN: seat.output('token'),
      ETCD_PEERS: seat.output('peers'),
    },
    certificates: {
      [PURPOSE]: { certificate: certificate.output('certificate'), believes: authorities.believed },
    },
  };
}

function memberOf({ name, overlayAddress }: Member): EtcdMember {
  return { node: name, url: `https://${overlayAddress}:${PEER_PORT}` };
}
