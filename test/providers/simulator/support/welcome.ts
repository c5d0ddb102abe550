import { PROTOCOL_FORMAT, type Welcome } from '#host/protocol.ts';
import { CLUSTER } from './test-network.ts';

/** What a program might write to a machine. */
export const WELCOME: Welcome = {
  format: PROTOCOL_FORMAT,
  cluster: CLUSTER,
  incarnation: 'i',
  node: 'worker-1',
  role: 'worker',
  region: 'eu-west-3',
  zone: 'eu-west-3a',
  settings: { OVERLAY_ADDRESS: '10.9.0.1' },
  secrets: { 'overlay-psk': 'x' },
  certificates: {},
  assets: [],
  stages: ['network', 'ready'],
};
