import type { Ref } from '#engine/ref.ts';
import { authority } from '#pki/authority-kind.ts';
import type { Machine, RegionScope } from '#provider/constructs.ts';
import type { Secret } from '#std/secret.ts';
import { etcdFounder, etcdSeat } from './etcd-seat.ts';
import { etcdFounding, type EtcdMember } from './etcd-founding.ts';
import type { NodeWords } from './node-words.ts';
import { nodeCertificate } from './node-certificate.ts';
import { isControlPlane } from './roles.ts';
import type { Member } from './roster.ts';

const PURPOSE = 'etcd';
const PEER_PORT = 2_380;
const AUTHORITY_DAYS = 3_650;
const CERTIFICATE_DAYS = 365;

/** The store of the cluster, before any machine is there: who founds it, and whose word its members believe. */
export interface Etcd {
  readonly token: Ref<string>;
  readonly founders: Ref<readonly EtcdMember[]>;
  readonly members: Ref<readonly EtcdMember[]>;
  readonly authority: { readonly certificate: Ref<string>; readonly key: Ref<Secret> };
}

export function declareEtcd({ builder, clusterName }: RegionScope, roster: readonly Member[]): Etcd {
  const members = roster.filter(({ role }) => isControlPlane(role)).map(memberOf);
  const founding = builder.declare(etcdFounding, 'etcd.founding', { members });
  const believed = builder.declare(authority, 'authority.etcd', {
    name: `etcd of ${clusterName}`,
    lifeDays: AUTHORITY_DAYS,
  });
  return {
    token: founding.output('token'),
    founders: founding.output('founders'),
    members: founding.output('members'),
    authority: { certificate: believed.output('certificate'), key: believed.output('key') },
  };
}

/** The seat of one node, and the certificate with which the others know who sits there. */
export function declareSeat(
  { builder, region }: RegionScope,
  { token, founders, members, authority: believed }: Etcd,
  { name, overlayAddress }: Member,
  { mailbox: box }: Pick<Machine, 'mailbox'>,
): NodeWords {
  const first = builder.declare(etcdFounder, `${region}.founder.${name}`, { node: name, box });
  const founder = first.output('box');
  const whose = { node: name, box, founder };
  const seat = builder.declare(etcdSeat, `${region}.seat.${name}`, { ...whose, token, founders, members });
  const certificate = builder.declare(nodeCertificate, `${region}.certificate.${name}.${PURPOSE}`, {
    box,
    purpose: PURPOSE,
    authority: believed.certificate,
    authorityKey: believed.key,
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
      [PURPOSE]: { certificate: certificate.output('certificate'), authority: believed.certificate },
    },
  };
}

function memberOf({ name, overlayAddress }: Member): EtcdMember {
  return { node: name, url: `https://${overlayAddress}:${PEER_PORT}` };
}
