import { type Mac, readMac, writeMac } from './mac-address.ts';

export const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806 } as const;

const HEADER_BYTES = 14;

export interface EthernetFrame {
  readonly to: Mac;
  readonly from: Mac;
  readonly type: number;
  /** With whatever was added to make the frame long enough. */
  readonly payload: Buffer;
}

export function readEthernet(frame: Buffer): EthernetFrame | undefined {
  if (frame.length < HEADER_BYTES) return undefined;
  return {
    to: readMac(frame, 0),
    from: readMac(frame, 6),
    type: frame.readUInt16BE(12),
    payload: frame.subarray(HEADER_BYTES),
  };
}

export function writeEthernet({ to, from, type, payload }: EthernetFrame): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + payload.length);
  writeMac(frame, 0, to);
  writeMac(frame, 6, from);
  frame.writeUInt16BE(type, 12);
  payload.copy(frame, HEADER_BYTES);
  return frame;
}
