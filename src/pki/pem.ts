export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST';

const LINE = 64;

export function toPem(label: PemLabel, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(new RegExp(`.{1,${LINE}}`, 'g'));
  return [`-----BEGIN ${label}-----`, ...(lines ?? []), `-----END ${label}-----`, ''].join('\n');
}

/** Of one block and nothing beside it; undefined: it is not that. */
export function fromPem(label: PemLabel, text: string): Uint8Array | undefined {
  const lines = text.trim().split(/\r?\n/);
  if (lines.shift() !== `-----BEGIN ${label}-----` || lines.pop() !== `-----END ${label}-----`) return undefined;
  const encoded = lines.join('');
  const bytes = Buffer.from(encoded, 'base64');
  return encoded !== '' && bytes.toString('base64') === encoded ? bytes : undefined;
}
