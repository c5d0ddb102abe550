import { internetChecksum } from './internet-checksum.ts';

export const IP_PROTOCOL = { icmp: 1, udp: 17 } as const;

const HEADER_BYTES = 20;
const VERSION_AND_LENGTH = 0x45;
const DO_NOT_FRAGMENT = 0x4000;
/** That more follow, and where in the packet this one belongs. */
const FRAGMENT_MASK = 0x3fff;
const HOPS = 64;

export interface Ipv4Packet {
  /** As numbers. */
  readonly from: number;
  readonly to: number;
  readonly protocol: number;
  readonly payload: Buffer;
}

/** Undefined: it is damaged, or a fragment, which nobody here sends. */
export function readIpv4(bytes: Buffer): Ipv4Packet | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt8(0) >>> 4 !== 4) return undefined;
  const headerBytes = (bytes.readUInt8(0) & 0xf) * 4;
  const totalBytes = bytes.readUInt16BE(2);
  if (headerBytes < HEADER_BYTES || totalBytes < headerBytes || totalBytes > bytes.length) return undefined;
  if (internetChecksum(bytes.subarray(0, headerBytes)) !== 0) return undefined;
  if ((bytes.readUInt16BE(6) & FRAGMENT_MASK) !== 0) return undefined;
  return {
    from: bytes.readUInt32BE(12),
    to: bytes.readUInt32BE(16),
    protocol: bytes.readUInt8(9),
    payload: bytes.subarray(headerBytes, totalBytes),
  };
}

export function writeIpv4({ from, to, protocol, payload }: Ipv4Packet): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + payload.length);
  bytes.writeUInt8(VERSION_AND_LENGTH, 0);
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt16BE(DO_NOT_FRAGMENT, 6);
  bytes.writeUInt8(HOPS, 8);
  bytes.writeUInt8(protocol, 9);
  bytes.writeUInt32BE(from, 12);
  bytes.writeUInt32BE(to, 16);
  bytes.writeUInt16BE(internetChecksum(bytes.subarray(0, HEADER_BYTES)), 10);
  payload.copy(bytes, HEADER_BYTES);
  return bytes;
}
