import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Address } from '#engine/address.ts';
import { node } from '#host/node.ts';
import { kubeBreak } from '#kubernetes/break.ts';
import type { Machine, RegionScope } from '#provider/constructs.ts';
import { type AssetOrder, assetsFor, type ShelvedAsset } from './assets.ts';
import { declareRotation, type Holder } from './authorities.ts';
import { breakAddress } from './breaks.ts';
import type { Edition, Editions } from './editions.ts';
import { declareSeat, type Etcd } from './etcd.ts';
import { type Kubernetes, kubernetesWords, rotatedAuthorities } from './kubernetes.ts';
import type { PlacedMember } from './machines.ts';
import { type NodeWords, together } from './node-words.ts';
import { declarePeer, type Overlay, overlayWords } from './overlay.ts';
import { isControlPlane, stagesOf } from './roles.ts';
import type { Member } from './roster.ts';

export interface NodesSpec {
  readonly spec: ClusterSpec;
  readonly overlay: Overlay;
  readonly etcd: Etcd;
  /** Undefined: there is nothing to make it of. */
  readonly kubernetes: Kubernetes | undefined;
  readonly given: Given;
}

/** What machines run, where they are real. */
interface Given {
  /** By digest. */
  readonly shelf: ReadonlyMap<string, ShelvedAsset>;
  /** For those that become nodes now. */
  readonly assets: readonly AssetOrder[];
  /** Of nodes that are there, by name. */
  readonly editions: Editions['nodes'];
  /** Those that machines really pass; undefined: none of them is real. */
  readonly realStages: readonly string[] | undefined;
}

/** A machine that becomes a node, for what comes after that. */
export interface DeclaredNode {
  readonly member: Member;
  readonly address: Address;
  readonly holder: Holder;
}

/** What each machine becomes by itself, once it has said hello and is told; and whom all of them are about to believe. */
export function declareNodes(
  scope: RegionScope,
  placed: readonly PlacedMember[],
  nodes: NodesSpec,
): readonly DeclaredNode[] {
  const { spec, overlay, etcd, kubernetes, given } = nodes;
  const declared = placed.map(({ member, machine }): DeclaredNode => {
    const peer = declarePeer(scope, overlay, member, machine);
    const seat = isControlPlane(member.role) ? [declareSeat(scope, etcd, member, machine)] : [];
    const own = kubernetes === undefined ? [] : [kubernetesWords(scope, kubernetes, spec, { member, machine })];
    const words = [ownWords(scope, member), overlayWords(overlay, spec, member), ...seat, ...own];
    const stages = stagesOf(member.role).filter((stage) => given.realStages?.includes(stage) ?? true);
    const edition = editionOf(given, member, stages);
    const pause = edition.hasBreak ? [declareBreak(scope, member, etcd.address)] : [];
    return declareNode(scope, { member, machine }, { words, stages, edition, settled: [peer, ...pause] });
  });
  const holders = declared.map(({ holder }) => holder);
  const others = kubernetes === undefined ? [] : rotatedAuthorities(kubernetes);
  for (const authorities of [etcd.authorities, ...others]) declareRotation(scope, authorities, holders);
  return declared;
}

interface GivenEdition extends Pick<Edition, 'updates' | 'hasBreak'> {
  readonly assets: readonly ShelvedAsset[];
}

/** Where machines are only played they fetch nothing. */
function editionOf(
  { shelf, assets, editions, realStages }: Given,
  { name }: Member,
  stages: readonly string[],
): GivenEdition {
  if (realStages === undefined) return { assets: [], updates: 0, hasBreak: false };
  const { assets: orders, ...own } = editions.get(name) ?? {
    assets: assetsFor(stages, assets),
    updates: 0,
    hasBreak: false,
  };
  return { ...own, assets: orders.flatMap(({ sha256 }) => shelf.get(sha256) ?? []) };
}

/** Until it is there, and all work has gone elsewhere, the node is told nothing. */
function declareBreak({ builder, region }: RegionScope, { name }: Member, store: Address): Address {
  return builder.declare(kubeBreak, breakAddress({ region, name }), { name }, { within: store }).address;
}

function ownWords({ region }: RegionScope, { name, role, zones }: Member): NodeWords {
  return { settings: { NODE: name, ROLE: role, REGION: region, ZONE: zones[0] ?? '' } };
}

interface Becoming {
  readonly words: readonly NodeWords[];
  readonly stages: readonly string[];
  readonly edition: GivenEdition;
  /** Whom nobody knows would look for the others in vain. */
  readonly settled: readonly Address[];
}

function declareNode(
  { region, builder }: RegionScope,
  { member, machine }: { readonly member: Member; readonly machine: Machine },
  { words, stages, edition, settled }: Becoming,
): DeclaredNode {
  const { name, role, zones } = member;
  const inputs = { name, role, region, zone: zones[0] ?? '', mailbox: machine.mailbox };
  const { assets, updates } = edition;
  const fetched = assets.map(({ name: asset, sha256, form }) => ({ name: asset, sha256, form }));
  const said = together(words);
  const made = builder.declare(
    node,
    `${region}.node.${name}`,
    { ...inputs, ...said, assets: fetched, updates, stages },
    { within: machine.address, dependsOn: [...machine.settled, ...settled] },
  );
  const { certificates } = said;
  const box = made.output('mailbox');
  const told = { renewals: made.output('renewals'), delivered: made.output('delivered') };
  return { member, address: made.address, holder: { node: name, box, certificates, ...told } };
}
