/** Randomness as a port, so that a seed replays a run. */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  bytes(length: number): Uint8Array;
}

export function nonce(random: Random): string {
  return Buffer.from(random.bytes(9)).toString('base64url');
}
