import { type Mac, readMac, writeMac } from './mac-address.ts';

/** Ethernet and IPv4, with addresses of six and four bytes. */
const KIND = Buffer.from([0, 1, 8, 0, 6, 4]);
const REQUEST = 1;
const REPLY = 2;
const PACKET_BYTES = 28;

interface Station {
  readonly mac: Mac;
  /** IPv4, as a number. */
  readonly address: number;
}

/** The answer to who asks for this station; undefined: it is nothing of the kind. */
export function answerArp(packet: Buffer, { mac, address }: Station): Buffer | undefined {
  if (packet.length < PACKET_BYTES || packet.compare(KIND, 0, KIND.length, 0, KIND.length) !== 0) return undefined;
  if (packet.readUInt16BE(6) !== REQUEST || packet.readUInt32BE(24) !== address) return undefined;
  const answer = Buffer.alloc(PACKET_BYTES);
  KIND.copy(answer);
  answer.writeUInt16BE(REPLY, 6);
  writeMac(answer, 8, mac);
  answer.writeUInt32BE(address, 14);
  writeMac(answer, 18, readMac(packet, 8));
  answer.writeUInt32BE(packet.readUInt32BE(14), 24);
  return answer;
}
