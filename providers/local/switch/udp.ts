import { internetChecksum } from './internet-checksum.ts';
import { IP_PROTOCOL, type Ipv4Packet } from './ipv4-packet.ts';

const HEADER_BYTES = 8;
const NO_CHECKSUM = 0;
/** What a checksum that comes out as "none" is written as. */
const ZERO_CHECKSUM = 0xffff;

export interface UdpDatagram {
  readonly fromPort: number;
  readonly toPort: number;
  readonly payload: Buffer;
}

/** Undefined: it is damaged. */
export function readUdp({ from, to, payload: bytes }: Ipv4Packet): UdpDatagram | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const length = bytes.readUInt16BE(4);
  if (length < HEADER_BYTES || length > bytes.length) return undefined;
  const datagram = bytes.subarray(0, length);
  const isChecked = bytes.readUInt16BE(6) !== NO_CHECKSUM;
  if (isChecked && internetChecksum(pseudoHeader(from, to, length), datagram) !== 0) return undefined;
  return {
    fromPort: bytes.readUInt16BE(0),
    toPort: bytes.readUInt16BE(2),
    payload: datagram.subarray(HEADER_BYTES),
  };
}

export function writeUdp({ fromPort, toPort, payload }: UdpDatagram, way: Pick<Ipv4Packet, 'from' | 'to'>): Ipv4Packet {
  const bytes = Buffer.alloc(HEADER_BYTES + payload.length);
  bytes.writeUInt16BE(fromPort, 0);
  bytes.writeUInt16BE(toPort, 2);
  bytes.writeUInt16BE(bytes.length, 4);
  payload.copy(bytes, HEADER_BYTES);
  const checksum = internetChecksum(pseudoHeader(way.from, way.to, bytes.length), bytes);
  bytes.writeUInt16BE(checksum === NO_CHECKSUM ? ZERO_CHECKSUM : checksum, 6);
  return { from: way.from, to: way.to, protocol: IP_PROTOCOL.udp, payload: bytes };
}

function pseudoHeader(from: number, to: number, length: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(from, 0);
  bytes.writeUInt32BE(to, 4);
  bytes.writeUInt8(IP_PROTOCOL.udp, 9);
  bytes.writeUInt16BE(length, 10);
  return bytes;
}
