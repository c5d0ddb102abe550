import type { Peer } from '#host/peer-board.ts';

/** The peer of a number, with nothing that another has. */
export function peer(number: number, changes: Partial<Peer> = {}): Peer {
  const [high, low] = [Math.floor(number / 250), 1 + (number % 250)];
  return {
    node: `worker-${number}`,
    box: `box${number}`,
    publicKey: `${String(number).padStart(42, 'K')}A=`,
    overlayAddress: `10.64.${high}.${low}`,
    podCidr: `10.${128 + high}.${low}.0/24`,
    region: 'local-1',
    endpoints: { near: `10.20.${high}.${low}:51820`, far: `192.0.${high}.${low}:51820` },
    ...changes,
  };
}
