import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OPENSSL = 'openssl';

/** The tool `openssl`, in a folder of its own: who makes requests as machines do, and judges certificates. */
export class OpensslDesk implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'openssl-desk-'));
  #count = 0;

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Puts a text in a file and tells where. */
  file(text: string): string {
    this.#count += 1;
    const path = join(this.#folder, `file-${this.#count}`);
    writeFileSync(path, text);
    return path;
  }

  run(...args: readonly string[]): string {
    return execFileSync(OPENSSL, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** A private key in PEM: `EC`, with `ec_paramgen_curve:P-256`. */
  key(algorithm = 'EC', ...options: readonly string[]): string {
    const chosen = algorithm === 'EC' && options.length === 0 ? ['ec_paramgen_curve:P-256'] : options;
    return this.run('genpkey', '-algorithm', algorithm, ...chosen.flatMap((option) => ['-pkeyopt', option]));
  }

  /** A request in PEM: for `/CN=box`, with whatever else `openssl req` can put into one. */
  request(subject: string, { key = this.key(), options = [] }: RequestOptions = {}): string {
    return this.run('req', '-new', '-key', this.file(key), '-subj', subject, ...options);
  }

  /** What a certificate says, in the words of `openssl x509`. */
  text(certificate: string, ...options: readonly string[]): string {
    return this.run('x509', '-in', this.file(certificate), '-noout', '-nameopt', 'RFC2253', ...options);
  }

  /** `OK`, or what `openssl verify` has against it. */
  verdict(authority: string, certificate: string, ...options: readonly string[]): string {
    const files = ['-CAfile', this.file(authority), this.file(certificate)];
    const { status, stderr } = spawnSync(OPENSSL, ['verify', '-x509_strict', ...options, ...files], {
      encoding: 'utf8',
    });
    return status === 0 ? 'OK' : (/lookup: (.*)/.exec(stderr)?.[1] ?? stderr);
  }
}

interface RequestOptions {
  readonly key?: string;
  readonly options?: readonly string[];
}
