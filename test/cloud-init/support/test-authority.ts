import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of the machine that the tests run on. */
const OPENSSL = 'openssl';

/** Signs what it is asked to, by the tools of the machine. */
export class TestAuthority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bootstrap-authority-'));

  constructor() {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', this.#path('ca.key')];
    this.#openssl('req', '-x509', ...key, '-subj', '/CN=an authority', '-out', this.#path('ca.crt'));
  }

  get certificate(): string {
    return readFileSync(this.#path('ca.crt'), 'utf8');
  }

  sign(request: string): string {
    writeFileSync(this.#path('request'), request);
    const by = ['-CA', this.#path('ca.crt'), '-CAkey', this.#path('ca.key'), '-days', '1'];
    return this.#openssl('x509', '-req', '-in', this.#path('request'), ...by);
  }

  /** In words; fails when it is not signed by its own key. */
  describe(request: string): string {
    writeFileSync(this.#path('request'), request);
    return this.#openssl('req', '-in', this.#path('request'), '-verify', '-noout', '-text');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  #openssl(...args: readonly string[]): string {
    return execFileSync(OPENSSL, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
