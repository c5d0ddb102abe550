import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterState } from '#engine/cluster-state.ts';
import { DEFAULT_LEASE_POLICY } from '#state/lease.ts';
import { SystemFiles } from '#std/system-files.ts';
import type { AccountContents } from './cloud-account.ts';
import { CloudServer } from './cloud-server.ts';
import { openStateDirectory, stateRoot } from './state-directory.ts';
import type { WorkerOrders } from './worker-orders.ts';
import { type WorkerEnd, WorkerProcess } from './worker-process.ts';

/** A state and the account that belongs to it. */
export interface Beginning {
  readonly directory: string;
  readonly contents: AccountContents;
}

export type Task = Pick<WorkerOrders, 'command'> & Partial<Omit<WorkerOrders, 'directory' | 'cloudUrl'>>;

/** One directory, one cloud account, and the processes that work on them. */
export class Laboratory implements AsyncDisposable {
  readonly directory: string;
  readonly server: CloudServer;
  readonly #url: string;
  readonly #workers: WorkerProcess[] = [];

  private constructor(directory: string, server: CloudServer, url: string) {
    this.directory = directory;
    this.server = server;
    this.#url = url;
  }

  /** A new one, or a copy of how things were. */
  static async open(beginning?: Beginning): Promise<Laboratory> {
    const directory = await mkdtemp(join(tmpdir(), 'bootstrap-processes-'));
    if (beginning !== undefined) await cp(beginning.directory, directory, { recursive: true });
    const server = new CloudServer(beginning?.contents);
    return new Laboratory(directory, server, await server.listen());
  }

  get beginning(): Beginning {
    return { directory: this.directory, contents: this.server.account.contents };
  }

  start(task: Task): WorkerProcess {
    const standard = { wait: false, policy: DEFAULT_LEASE_POLICY, callMs: 5_000 };
    const orders = { ...standard, ...task, directory: this.directory, cloudUrl: this.#url };
    // Compiled code is shared, so that starting a process costs a fraction.
    const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'bootstrap-processes-code') };
    const worker = new WorkerProcess(orders, environment);
    this.#workers.push(worker);
    return worker;
  }

  run(task: Task): Promise<WorkerEnd> {
    return this.start(task).ended;
  }

  async readState(): Promise<ClusterState> {
    const { directory } = this;
    const seed = { directory, files: new SystemFiles(), policy: DEFAULT_LEASE_POLICY, emit: () => undefined };
    const state = await (await openStateDirectory(seed)).read();
    if (state === undefined) throw new TypeError('There is no state.');
    return state;
  }

  /** Every file of the state by its path; what has not got its name yet is no part of it. */
  async stateFiles(): Promise<ReadonlyMap<string, string>> {
    const root = stateRoot(this.directory);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const named = paths.filter((path) => !path.startsWith(join(root, '.tmp'))).toSorted();
    return new Map(await Promise.all(named.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.signal('SIGKILL');
    await Promise.all(this.#workers.map(({ ended }) => ended));
    await this.server.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
