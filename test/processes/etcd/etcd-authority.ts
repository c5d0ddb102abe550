import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Holder {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Signs what openssl makes for it: an authority of members of etcd. */
export class EtcdAuthority implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<EtcdAuthority> {
    const authority = new EtcdAuthority(await mkdtemp(join(tmpdir(), 'bootstrap-authority-')));
    await authority.replace();
    return authority;
  }

  /** Another one of the same name signs from now on. */
  async replace(): Promise<void> {
    await this.#makeKey('ca.key');
    await this.#openssl('req', '-x509', '-key', 'ca.key', '-subj', '/CN=etcd', '-days', '2', '-out', 'ca.crt');
  }

  get certificate(): string {
    return join(this.#folder, 'ca.crt');
  }

  /** Into a folder `etcd.key`, `etcd.crt` and `etcd-ca.crt`, for both ends of a connection. */
  async issue(folder: string, { name, addresses }: Holder): Promise<void> {
    await mkdir(folder, { recursive: true });
    await this.#makeKey(`${name}.key`);
    const names = [`DNS:${name}`, 'DNS:localhost', 'IP:127.0.0.1', ...addresses.map((address) => `IP:${address}`)];
    const extensions = `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`;
    await writeFile(join(this.#folder, `${name}.ext`), extensions);
    await this.#openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    await this.#sign(name);
    const files = { [`${name}.key`]: 'etcd.key', [`${name}.crt`]: 'etcd.crt', 'ca.crt': 'etcd-ca.crt' };
    for (const [from, to] of Object.entries(files)) {
      await writeFile(join(folder, to), await readFile(join(this.#folder, from)), { mode: 0o600 });
    }
  }

  /** Another certificate for the key that was certified. */
  async renew(name: string): Promise<string> {
    await this.#sign(name);
    return readFile(join(this.#folder, `${name}.crt`), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #sign(name: string): Promise<void> {
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
    const files = ['-in', `${name}.csr`, '-extfile', `${name}.ext`, '-out', `${name}.crt`];
    return this.#openssl('x509', '-req', ...files, ...authority);
  }

  #makeKey(file: string): Promise<void> {
    return this.#openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file);
  }

  async #openssl(...args: readonly string[]): Promise<void> {
    await run('openssl', args, { cwd: this.#folder });
  }
}
