import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesApi } from '#kubernetes/api.ts';
import type { ApiPlace } from '#kubernetes/api-place.ts';
import { issueCredentials, MASTERS } from '#kubernetes/credentials.ts';
import { kubeconfigText } from '#kubernetes/kubeconfig.ts';
import { type Authority, makeAuthority } from '#pki/authority.ts';
import { issueLeaf } from '#pki/leaf.ts';
import { KeyPair } from '#std/key-pair.ts';
import type { KnownServers } from '#std/known-server.ts';
import { SystemKnownServers } from '#std/system-known-servers.ts';
import { SystemRandom } from '#std/system-random.ts';
import { etcdPackages } from '../etcd/etcd-machine.ts';

/** The folder with the programs of Kubernetes: nobody can fetch them from a registry of packages. */
export const KUBERNETES = process.env['BOOTSTRAP_KUBERNETES'];
if (KUBERNETES === undefined) {
  process.emitWarning('BOOTSTRAP_KUBERNETES names no folder with kube-apiserver: nothing is tried on a real API.');
}

const SERVER_NAME = 'api.example.test';
const STARTS_MS = 110_000;
const LOOK_MS = 250;
const HOUR_MS = 3_600_000;
const FOREVER = new AbortController().signal;
const random = new SystemRandom();

/** A real API over a real etcd, and the controllers if they are asked for; no machine runs anything. */
export class ControlPlane implements AsyncDisposable {
  readonly folder: string;
  readonly authority: Authority;
  readonly port: number;
  readonly #running: ChildProcess[] = [];

  private constructor(folder: string, authority: Authority, port: number) {
    this.folder = folder;
    this.authority = authority;
    this.port = port;
  }

  static async open({ controllers = false } = {}): Promise<ControlPlane> {
    const folder = await mkdtemp(join(tmpdir(), 'bootstrap-kubernetes-'));
    const authority = makeAuthority({ name: 'cluster of dev', random, nowMs: Date.now(), lifeDays: 1 });
    const plane = new ControlPlane(folder, authority, await freePort());
    try {
      await plane.#start(controllers);
      return plane;
    } catch (error) {
      await plane[Symbol.asyncDispose]();
      throw error;
    }
  }

  place(user = 'me@here', groups: readonly string[] = [MASTERS]): ApiPlace {
    const order = { user, groups, lifeMs: HOUR_MS, nowMs: Date.now(), random };
    const credentials = issueCredentials(this.authority, order);
    const endpoints = [{ host: '127.0.0.1', port: this.port }];
    return { endpoints, serverName: SERVER_NAME, authorities: [this.authority.certificate], credentials };
  }

  api(place = this.place(), servers: KnownServers = new SystemKnownServers()): KubernetesApi {
    return new KubernetesApi(place, servers);
  }

  /** What kubectl and the controllers are told. */
  async kubeconfig(name: string, user?: string, groups?: readonly string[]): Promise<string> {
    const place = this.place(user, groups);
    const [endpoint] = place.endpoints;
    if (endpoint === undefined) throw new TypeError('It is nowhere.');
    const path = join(this.folder, name);
    await writeFile(path, kubeconfigText({ ...place, cluster: 'dev', user: user ?? 'me@here', endpoint }));
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running.toReversed()) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  async #start(controllers: boolean): Promise<void> {
    const [client, peer] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
    const [etcd, ...words] = (await etcdPackages()).command('etcd');
    const urls = [`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`, `--listen-peer-urls=${peer}`];
    this.#run('etcd', etcd, [...words, `--data-dir=${this.folder}/etcd`, '--unsafe-no-fsync', ...urls]);
    const server = this.#issue();
    const accounts = makeAuthority({ name: 'accounts', random, nowMs: Date.now(), lifeDays: 1 });
    const files = {
      'ca.crt': this.authority.certificate,
      'server.crt': server.certificate,
      'server.key': server.key,
      'accounts.key': accounts.key.reveal(),
      'accounts.crt': accounts.certificate,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.folder, name), text, { mode: 0o600 });
    this.#run('kube-apiserver', join(KUBERNETES ?? '', 'kube-apiserver'), [
      `--etcd-servers=${client}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${this.port}`,
      `--tls-cert-file=${this.folder}/server.crt`,
      `--tls-private-key-file=${this.folder}/server.key`,
      `--client-ca-file=${this.folder}/ca.crt`,
      '--authorization-mode=Node,RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${this.folder}/accounts.crt`,
      `--service-account-signing-key-file=${this.folder}/accounts.key`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--disable-admission-plugins=ServiceAccount',
      '--endpoint-reconciler-type=none',
    ]);
    await this.#until('the API', async () => {
      using api = this.api();
      return (await api.send({ method: 'GET', path: '/readyz' }, FOREVER)).status === 200;
    });
    if (controllers) await this.#startControllers();
  }

  async #startControllers(): Promise<void> {
    const kubeconfig = await this.kubeconfig('controllers.kubeconfig', 'controllers');
    this.#run('kube-controller-manager', join(KUBERNETES ?? '', 'kube-controller-manager'), [
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      `--secure-port=0`,
      `--service-account-private-key-file=${this.folder}/accounts.key`,
    ]);
  }

  #issue(): { readonly certificate: string; readonly key: string } {
    const key = KeyPair.make('p256', random);
    const certificate = issueLeaf(this.authority, {
      request: key,
      commonName: 'kube-apiserver',
      organizations: [],
      dnsNames: [SERVER_NAME],
      addresses: ['127.0.0.1'],
      usages: ['server', 'client'],
      nowMs: Date.now(),
      lifeDays: 1,
      random,
    });
    return { certificate, key: key.pem };
  }

  #run(name: string, program: string, args: readonly string[]): void {
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(this.#logOf(name));
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    // Whoever waits for it learns that from its log.
    child.on('error', () => undefined);
    this.#running.push(child);
  }

  #logOf(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + STARTS_MS;
    while (!(await isSo().catch(() => false))) {
      const log = await readFile(this.#logOf('kube-apiserver'), 'utf8').catch(() => '');
      const hasEnded = this.#running.some(({ exitCode }) => exitCode !== null);
      if (hasEnded || performance.now() > untilMs) throw new Error(`${what} did not come up:\n${log.slice(-4_000)}`);
      await sleep(LOOK_MS);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address === 'object' && address !== null) return address.port;
  throw new TypeError('It listened nowhere.');
}
