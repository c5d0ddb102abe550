import { internetChecksum } from './internet-checksum.ts';

const ECHO_REQUEST = 8;
const ECHO_REPLY = 0;
const HEADER_BYTES = 8;

/** Undefined: it is damaged, or asks for no echo. */
export function answerEcho(message: Buffer): Buffer | undefined {
  if (message.length < HEADER_BYTES || message.readUInt8(0) !== ECHO_REQUEST) return undefined;
  if (internetChecksum(message) !== 0) return undefined;
  const answer = Buffer.from(message);
  answer.writeUInt8(ECHO_REPLY, 0);
  answer.writeUInt16BE(0, 2);
  answer.writeUInt16BE(internetChecksum(answer), 2);
  return answer;
}
