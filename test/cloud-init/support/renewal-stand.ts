import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellVariables } from '#cloud-init/shell-variables.ts';
import { type Renewal, RenewalAnswer, renewalLetter } from '#host/protocol.ts';
import { type Authority, makeAuthority } from '#pki/authority.ts';
import { issueLeaf, type LeafOrder } from '#pki/leaf.ts';
import { KeyPair } from '#std/key-pair.ts';
import { SystemRandom } from '#std/system-random.ts';
import { BOX } from './agent-stand.ts';
import { MailboxServer } from './mailbox-server.ts';

const FOLLOW = fileURLToPath(new URL('../../../cloud-init/node/certificates-follow.sh', import.meta.url));
const PKI = 'etc/bootstrap/pki';
export const CERTIFICATE = `${PKI}/etcd.crt`;
export const BELIEVED = `${PKI}/etcd-ca.crt`;
const HOUR_MS = 3_600_000;
const random = new SystemRandom();

export function newAuthority(): Authority {
  return makeAuthority({ name: 'etcd of blog', random, nowMs: Date.now() - HOUR_MS, lifeDays: 3_650 });
}

/** Ends the process before or after the file of that number takes its place. */
const SWITCH = `
import os, signal
replace, calls = os.replace, []
def switched(*paths):
    calls.append(paths)
    when = os.environ['KILL_AT'].split()
    if when == [str(len(calls)), 'before']: os.kill(os.getpid(), signal.SIGKILL)
    replace(*paths)
    if when == [str(len(calls)), 'after']: os.kill(os.getpid(), signal.SIGKILL)
os.replace = switched
`;

/** The disk of a machine that has a certificate, its mailbox, and the script that asks there for another one. */
export class RenewalStand implements AsyncDisposable {
  readonly authority = newAuthority();
  readonly key = KeyPair.make('p256', random);
  readonly first = this.leaf({ nowMs: Date.now() - HOUR_MS });
  readonly mailbox: MailboxServer;
  readonly #root: string;

  private constructor(root: string, mailbox: MailboxServer) {
    this.#root = root;
    this.mailbox = mailbox;
  }

  static async open(): Promise<RenewalStand> {
    const root = await mkdtemp(join(tmpdir(), 'bootstrap-renewal-'));
    const stand = new RenewalStand(root, await MailboxServer.open());
    const settings = { FORMAT: '1', MAILBOX: stand.mailbox.url, BUNDLE: '', ROLE: 'control-plane' };
    await stand.write('etc/bootstrap/settings', shellVariables(settings));
    await stand.write('etc/bootstrap/box', `${BOX}\n`);
    await stand.write(`${PKI}/etcd.key`, stand.key.pem);
    await stand.write(CERTIFICATE, stand.first);
    await stand.write(BELIEVED, stand.authority.certificate);
    await stand.write('var/lib/bootstrap/.keep', '');
    await stand.write('python/sitecustomize.py', SWITCH);
    return stand;
  }

  leaf(change: Partial<LeafOrder> = {}, authority = this.authority): string {
    return issueLeaf(authority, {
      request: { publicKey: this.key.publicKey },
      commonName: 'control-plane-1',
      organizations: [],
      dnsNames: ['control-plane-1'],
      addresses: ['127.0.0.1'],
      usages: ['server', 'client'],
      nowMs: Date.now(),
      lifeDays: 90,
      random,
      ...change,
    });
  }

  send(number: number, etcd: { readonly certificate: string; readonly authority?: string }, change: object = {}): void {
    const pair = { authority: this.authority.certificate, ...etcd };
    const renewal: Renewal = { format: 1, box: BOX, number, certificates: { etcd: pair } };
    this.mailbox.letters.set(renewalLetter(number), JSON.stringify({ ...renewal, ...change }));
  }

  /** What one round says; of one that is to be killed, until then. */
  round(killAt = ''): Promise<string> {
    const env = { ...this.#environment, KILL_AT: killAt };
    return new Promise((resolve, reject) => {
      execFile('sh', [FOLLOW, 'once'], { env }, (error, stdout, stderr) => {
        if (error === null ? killAt === '' : killAt !== '' && error.signal === 'SIGKILL') resolve(stdout + stderr);
        else reject(error ?? new Error(`It was not killed ${killAt}.`));
      });
    });
  }

  /** As the service does it, until the caller ends it. */
  start(): ChildProcess {
    const env = { ...this.#environment, KILL_AT: '', CERTIFICATES_SECONDS: '0.5' };
    return spawn('sh', [FOLLOW], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  answer(letter: string): RenewalAnswer | undefined {
    const text = this.mailbox.letters.get(letter);
    return text === undefined ? undefined : RenewalAnswer.parse(JSON.parse(text));
  }

  read(path: string): Promise<string> {
    return readFile(join(this.#root, path), 'utf8');
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.#root, path)), { recursive: true });
    await writeFile(join(this.#root, path), text);
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      BOOTSTRAP_ROOT: this.#root,
      PYTHONPATH: join(this.#root, 'python'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mailbox[Symbol.asyncDispose]();
    await rm(this.#root, { recursive: true });
  }
}
