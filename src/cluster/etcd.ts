import type { Address } from '#engine/address.ts';
import type { Ref } from '#engine/ref.ts';
import type { Machine, RegionScope } from '#provider/constructs.ts';
import { type Authorities, declareAuthorities, declareCertificate } from './authorities.ts';
import { etcdFounder, etcdSeat } from './etcd-seat.ts';
import { etcdFounding, type EtcdMember } from './etcd-founding.ts';
import type { NodeWords } from './node-words.ts';
import { isControlPlane } from './roles.ts';
import type { Member } from './roster.ts';
import type { Trusts } from './trust.ts';

const PURPOSE = 'etcd';
const PEER_PORT = 2_380;

/** The store of the cluster, before any machine is there: who founds it, and whose word its members believe. */
export interface Etcd {
  readonly address: Address;
  readonly token: Ref<string>;
  readonly founders: Ref<readonly EtcdMember[]>;
  readonly members: Ref<readonly EtcdMember[]>;
  readonly authorities: Authorities;
}

export function declareEtcd(scope: RegionScope, roster: readonly Member[], trusts: Trusts): Etcd {
  const members = roster.filter(({ role }) => isControlPlane(role)).map(memberOf);
  const founding = scope.builder.declare(etcdFounding, 'etcd.founding', { members });
  return {
    address: founding.address,
    token: founding.output('token'),
    founders: founding.output('founders'),
    members: founding.output('members'),
    authorities: declareAuthorities(scope, PURPOSE, trusts),
  };
}

/** The seat of one node, and the certificate with which the others know who sits there. */
export function declareSeat(
  scope: RegionScope,
  { token, founders, members, authorities }: Etcd,
  { name, overlayAddress }: Member,
  { mailbox: box }: Pick<Machine, 'mailbox'>,
): NodeWords {
  const { builder, region } = scope;
  const founding = builder.declare(etcdFounder, `${region}.founder.${name}`, { node: name, box, founders });
  const founder = founding.output('box');
  const whose = { node: name, box, founder };
  const seat = builder.declare(etcdSeat, `${region}.seat.${name}`, { ...whose, token, founders, members });
  return {
    settings: {
      ETCD_STATE: seat.output('state'),
      ETCD_TOKEN: seat.output('token'),
      ETCD_PEERS: seat.output('peers'),
    },
    certificates: declareCertificate(scope, authorities, {
      node: name,
      box,
      purpose: PURPOSE,
      commonName: name,
      dnsNames: [name, 'localhost'],
      addresses: [overlayAddress, '127.0.0.1'],
      // It is both to its peers, and asks itself how it is.
      usages: ['server', 'client'],
    }),
  };
}

function memberOf({ name, overlayAddress }: Member): EtcdMember {
  return { node: name, url: `https://${overlayAddress}:${PEER_PORT}` };
}
