import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Address } from '#engine/address.ts';
import type { Ref } from '#engine/ref.ts';
import { peer } from '#host/peer.ts';
import type { Machine, RegionScope } from '#provider/constructs.ts';
import type { Secret } from '#std/secret.ts';
import { generatedSecret } from './generated-secret.ts';
import type { NodeWords } from './node-words.ts';
import { isControlPlane } from './roles.ts';
import type { Member } from './roster.ts';

export const OVERLAY_PORT = 51_820;
/** Fits into the packets that come through everywhere, of 1,500 bytes, with what WireGuard puts around it: so between regions. */
const OVERLAY_MTU = 1_420;
const KEY_BYTES = 32;

/** The encrypted network of all nodes. */
export interface Overlay {
  readonly address: Address;
  /** Known to its nodes alone, beside the key that each makes for itself. */
  readonly presharedKey: Ref<Secret>;
}

export function declareOverlay({ builder }: RegionScope): Overlay {
  const key = builder.declare(generatedSecret, 'secret.overlay', { bytes: KEY_BYTES, purpose: 'overlay' });
  return { address: key.address, presharedKey: key.output('value') };
}

/** How the others know a node. It goes with the overlay; as long as that stays, it is taken off before its machine goes. */
export function declarePeer(
  { builder, region }: RegionScope,
  overlay: Overlay,
  { name, role, overlayAddress, podCidr }: Member,
  { mailbox: box, privateAddress, publicAddress }: Machine,
): Address {
  const inputs = {
    node: name,
    box,
    overlayAddress,
    podCidr,
    region,
    privateAddress,
    publicAddress,
    port: OVERLAY_PORT,
    isMember: isControlPlane(role),
  };
  return builder.declare(peer, `${region}.peer.${name}`, inputs, { within: overlay.address }).address;
}

export function overlayWords(
  { presharedKey }: Overlay,
  { network }: Pick<ClusterSpec, 'network'>,
  { overlayAddress, podCidr }: Member,
): NodeWords {
  return {
    settings: {
      OVERLAY_ADDRESS: overlayAddress,
      OVERLAY_RANGE: network.overlay,
      OVERLAY_PORT: String(OVERLAY_PORT),
      OVERLAY_MTU: String(OVERLAY_MTU),
      MACHINE_RANGE: network.machines,
      POD_CIDR: podCidr,
      POD_RANGE: network.pods,
    },
    secrets: { 'overlay-psk': presharedKey },
  };
}
