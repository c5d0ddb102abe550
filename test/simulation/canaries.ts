/** Every way in which a secret could be written into a text without being sealed. */
export class CanaryWatch {
  readonly #needles: readonly string[];

  constructor(secrets: readonly string[]) {
    this.#needles = [...new Set(secrets.flatMap(encodings))];
  }

  isIn(text: string): boolean {
    return this.#needles.some((needle) => text.includes(needle));
  }
}

function encodings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  const urls = [encodeURIComponent(secret), encodeURI(secret)];
  return [secret, escaped, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...urls, ...inBase64(bytes)];
}

/** The part of the base64 text that does not depend on what stands around the secret, at each of the three offsets. */
function inBase64(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor((whole.length * 8) / 6);
    return [whole.toString('base64').slice(first, last), whole.toString('base64url').slice(first, last)];
  });
}
