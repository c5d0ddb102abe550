/** How long a frame is stands before it, in four bytes, the most significant first. */
export const LENGTH_BYTES = 4;
/** The largest that QEMU ever sends: nothing longer is a frame. */
export const FRAME_BYTES_MAX = 69_632;

/** A frame with its length before it, as it stands on a stream: it goes out in the bytes that it came in. */
export type WireFrame = Buffer;

export function wireFrameOf(frame: Uint8Array): WireFrame {
  const wire = Buffer.allocUnsafe(LENGTH_BYTES + frame.length);
  wire.writeUInt32BE(frame.length, 0);
  wire.set(frame, LENGTH_BYTES);
  return wire;
}

/** Finds the frames in a stream, wherever its pieces begin and end. */
export class FrameDecoder {
  /** The beginning of a frame whose rest is still to come; first only of its length. */
  #partial = Buffer.alloc(0);
  #filled = 0;
  #isBroken = false;

  /** It said that a frame is longer than frames can be: nothing after that can be made sense of. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  push(piece: Buffer): readonly WireFrame[] {
    const frames: WireFrame[] = [];
    let at = 0;
    while (at < piece.length && !this.#isBroken) {
      const whole = this.#filled === 0 ? this.#wholeFrame(piece, at) : undefined;
      if (whole === undefined) {
        at += this.#gather(piece, at, frames);
      } else {
        frames.push(whole);
        at += whole.length;
      }
    }
    return frames;
  }

  /** Most frames lie in one piece: they are not copied. */
  #wholeFrame(piece: Buffer, at: number): WireFrame | undefined {
    if (piece.length - at < LENGTH_BYTES) return undefined;
    const size = LENGTH_BYTES + piece.readUInt32BE(at);
    return size - LENGTH_BYTES <= FRAME_BYTES_MAX && piece.length - at >= size
      ? piece.subarray(at, at + size)
      : undefined;
  }

  /** Takes what belongs to the frame that has begun, and tells how much that was. */
  #gather(piece: Buffer, at: number, frames: WireFrame[]): number {
    if (this.#filled === 0) this.#partial = Buffer.allocUnsafe(LENGTH_BYTES);
    const taken = piece.copy(this.#partial, this.#filled, at, at + this.#partial.length - this.#filled);
    this.#filled += taken;
    if (this.#filled === LENGTH_BYTES && this.#partial.length === LENGTH_BYTES) this.#makeRoom();
    if (this.#filled === this.#partial.length && !this.#isBroken) {
      frames.push(this.#partial);
      this.#filled = 0;
    }
    return taken;
  }

  #makeRoom(): void {
    const length = this.#partial.readUInt32BE(0);
    if (length > FRAME_BYTES_MAX) {
      this.#isBroken = true;
      return;
    }
    const whole = Buffer.allocUnsafe(LENGTH_BYTES + length);
    this.#partial.copy(whole);
    this.#partial = whole;
  }
}
