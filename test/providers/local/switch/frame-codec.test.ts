import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FRAME_BYTES_MAX, FrameDecoder, wireFrameOf } from '#providers/local/switch/frame-codec.ts';

const frames = fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 30 });
const cuts = fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 40 });

test('every frame comes out once, whole and in order, wherever the stream is cut', () => {
  fc.assert(
    fc.property(frames, cuts, (sent, sizes) => {
      const decoder = new FrameDecoder();
      const stream = Buffer.concat(sent.map(wireFrameOf));
      const received = piecesOf(stream, sizes).flatMap((piece) => [...decoder.push(piece)]);
      expect(received.map((wire) => [...wire.subarray(4)])).toEqual(sent.map((frame) => [...frame]));
      expect(Buffer.concat(received)).toEqual(stream);
    }),
    { numRuns: 500 },
  );
});

test('the largest frame passes, in one piece and byte by byte', () => {
  const wire = wireFrameOf(Buffer.alloc(FRAME_BYTES_MAX, 7));
  expect(new FrameDecoder().push(wire)).toEqual([wire]);
  const decoder = new FrameDecoder();
  const received = piecesOf(wire, [1]).flatMap((piece) => [...decoder.push(piece)]);
  expect(received).toEqual([wire]);
});

test.each([1, 3, 64])('a length that no frame has ends it all, after what came before (pieces of %i)', (size) => {
  const good = wireFrameOf(Buffer.from('good'));
  const absurd = Buffer.alloc(4);
  absurd.writeUInt32BE(FRAME_BYTES_MAX + 1, 0);
  const decoder = new FrameDecoder();
  const stream = Buffer.concat([good, absurd, good]);
  expect(piecesOf(stream, [size]).flatMap((piece) => [...decoder.push(piece)])).toEqual([good]);
  expect(decoder.isBroken).toBe(true);
  expect(decoder.push(good)).toEqual([]);
});

/** Copies, since what was read is never written to again, and each piece is memory of its own. */
function piecesOf(stream: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const size = sizes[pieces.length % sizes.length] ?? 1;
    pieces.push(Buffer.from(stream.subarray(at, at + size)));
    at += size;
  }
  return pieces;
}
