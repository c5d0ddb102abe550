import type { CertificateFacts } from '#std/certificate.ts';
import type { Random } from '#std/random.ts';

export const DAY_MS = 86_400_000;
/** How far the clock of a machine may be behind ours. */
export const SKEW_MS = 300_000;
const SERIAL_BYTES = 16;

/** Nobody guesses the next one, and no two are the same. */
export function drawSerial(random: Random): Uint8Array {
  return random.bytes(SERIAL_BYTES);
}

/** With less than a third of its life left a certificate is renewed: time enough for that to fail a few times. */
export function isAgeing({ notBeforeMs, notAfterMs }: Life, nowMs: number): boolean {
  return notAfterMs - nowMs < (notAfterMs - notBeforeMs) / 3;
}

type Life = Pick<CertificateFacts, 'notBeforeMs' | 'notAfterMs'>;
