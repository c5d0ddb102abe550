import { wireFrameOf, type WireFrame } from '#providers/local/switch/frame-codec.ts';
import { BROADCAST_MAC, type Mac, readMac, writeMac } from '#providers/local/switch/mac-address.ts';

const LENGTH_BYTES = 4;
const HEADER_BYTES = 14;
/** Of an experiment on one's own wire. */
const TYPE = 0x88_b5;
const SMALLEST_BYTES = HEADER_BYTES + 4;

export interface TestFrame {
  readonly from: Mac;
  readonly to: Mac;
  readonly sequence: number;
}

export const EVERYBODY = BROADCAST_MAC;

export function macOf(machine: number): Mac {
  return 0x52_54_01_00_00_00 + machine + 1;
}

export function writeTestFrame({ from, to, sequence }: TestFrame, bytes = SMALLEST_BYTES): WireFrame {
  const frame = Buffer.alloc(Math.max(bytes, SMALLEST_BYTES));
  writeMac(frame, 0, to);
  writeMac(frame, 6, from);
  frame.writeUInt16BE(TYPE, 12);
  frame.writeUInt32BE(sequence, HEADER_BYTES);
  return wireFrameOf(frame);
}

export function readTestFrame(wire: WireFrame): TestFrame {
  return {
    to: readMac(wire, LENGTH_BYTES),
    from: readMac(wire, LENGTH_BYTES + 6),
    sequence: wire.readUInt32BE(LENGTH_BYTES + HEADER_BYTES),
  };
}
