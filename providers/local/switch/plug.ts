import type { Duplex } from 'node:stream';
import { FrameDecoder } from './frame-codec.ts';
import type { PortKind } from './port.ts';
import type { Segment } from './segment.ts';

/** Makes a connection a port of the segment, for as long as it lasts. */
export function plug(segment: Segment, kind: PortKind, connection: Duplex): void {
  const decoder = new FrameDecoder();
  const port = segment.attach({
    kind,
    write: (batch, taken) => writeAll(connection, batch, taken),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
  });
  connection.on('data', (piece: Buffer) => {
    segment.receive(port, decoder.push(piece));
    if (decoder.isBroken) connection.destroy();
  });
  // What follows is its end.
  connection.on('error', () => connection.destroy());
  connection.once('end', () => connection.destroy());
  connection.once('close', () => segment.detach(port));
}

function writeAll(connection: Duplex, batch: readonly Buffer[], taken: () => void): void {
  if (connection.destroyed) return;
  const last = batch.length - 1;
  connection.cork();
  batch.forEach((frame, index) => (index === last ? connection.write(frame, () => taken()) : connection.write(frame)));
  connection.uncork();
}
