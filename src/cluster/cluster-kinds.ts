import { asset } from '#assets/asset-kind.ts';
import type { ResourceType } from '#engine/resource.ts';
import { node } from '#host/node.ts';
import { peer } from '#host/peer.ts';
import { kubeBreak } from '#kubernetes/break.ts';
import { kubeNode } from '#kubernetes/node.ts';
import { kubeObject } from '#kubernetes/object.ts';
import { authority } from '#pki/authority-kind.ts';
import { etcdFounding } from './etcd-founding.ts';
import { etcdFounder, etcdSeat } from './etcd-seat.ts';
import { generatedSecret } from './generated-secret.ts';
import { nodeCertificate } from './node-certificate.ts';
import { rotation } from './rotation.ts';

/** Kinds that are the same at every provider. */
const OWN_TYPES: readonly ResourceType[] = [
  node,
  peer,
  generatedSecret,
  authority,
  nodeCertificate,
  rotation,
  etcdFounding,
  etcdFounder,
  etcdSeat,
  asset,
  kubeBreak,
  kubeNode,
  kubeObject,
];

export function withClusterKinds(types: ReadonlyMap<string, ResourceType>): ReadonlyMap<string, ResourceType> {
  return new Map([...types, ...OWN_TYPES.map((type): [string, ResourceType] => [type.kind, type])]);
}
