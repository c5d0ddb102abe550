import { sha256Hex } from '#std/hash.ts';

const CHECKSUM = /^([0-9a-f]{64})\n/;

export interface Checked {
  readonly body: string;
  readonly sha256: string;
}

/** A text with its checksum as first line: `tail -n +2 FILE | sha256sum` must print the same. */
export function withChecksum(body: string): string {
  return `${sha256Hex(body)}\n${body}`;
}

/** Undefined when it was torn, or any bit of it has changed. */
export function readChecksummed(text: string): Checked | undefined {
  const [line, sha256] = CHECKSUM.exec(text) ?? [];
  if (line === undefined || sha256 === undefined) return undefined;
  const body = text.slice(line.length);
  return sha256Hex(body) === sha256 ? { body, sha256 } : undefined;
}
