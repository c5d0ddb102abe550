export type DigestAlgorithm = 'sha256' | 'sha512';

/** Large files and those that are no text, as a port; every failure is a FileError. What is made is for its owner alone. */
export interface Disk {
  /** In the place of what was there: whole and durable, or not at all. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  readBytes(path: string): Promise<Uint8Array>;
  /** The first of it, at most so many bytes. */
  head(path: string, bytes: number): Promise<Uint8Array>;
  /** The last of it, at most so many bytes; an absent file is empty. */
  tail(path: string, bytes: number): Promise<Uint8Array>;
  /** All of it from that byte on, in pieces that are whole before the next is asked for. */
  pieces(path: string, from: number): AsyncIterable<Uint8Array>;
  /** Adds to what is there, from nothing when it is absent; durable at the end. Resolves with the size that it then has. */
  append(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number>;
  /** Undefined: it is not there. */
  size(path: string): Promise<number | undefined>;
  /** In small hexadecimal digits. */
  digest(path: string, algorithm: DigestAlgorithm, signal?: AbortSignal): Promise<string>;
  /** In the place of what was there; durable. */
  rename(from: string, to: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  /** With all that is in it; absent is fine. */
  removeTree(path: string): Promise<void>;
  /** In bytes, where the path is or would be. */
  free(path: string): Promise<number>;
}
