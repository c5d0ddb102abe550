import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { debianPackages } from '../../ceph/debian-packages.ts';

const run = promisify(execFile);
const NAMES = ['iproute2', 'iputils-ping', 'nftables', 'wireguard-go', 'wireguard-tools'];
const APART = ['unshare', '--net', '--mount'] as const;
const PLACES = { ip: 'ip', ping: 'ping', wg: 'wg', 'wireguard-go': 'wireguard-go', nft: '../sbin/nft' } as const;

export type NetworkProgram = keyof typeof PLACES;

/** The words that start one of Debian 13's programs for networks. */
export async function networkProgram(name: NetworkProgram): Promise<readonly string[]> {
  const packages = await debianPackages({ suite: 'trixie', names: NAMES });
  return packages.command(PLACES[name]);
}

/** A place with network interfaces of its own, and with its own sockets of WireGuard; gone with the process that holds it. */
export class OwnNetwork implements AsyncDisposable {
  readonly pid: string;
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess, pid: string) {
    this.#holder = holder;
    this.pid = pid;
  }

  static async open(): Promise<OwnNetwork> {
    const hold = 'mkdir -p /run/wireguard && mount -t tmpfs tmpfs /run/wireguard && echo $$ && read -r nothing';
    const [program, ...options] = APART;
    const holder = spawn(program, [...options, 'sh', '-c', hold], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    for await (const line of createInterface(holder.stdout)) {
      said = line;
      break;
    }
    const network = new OwnNetwork(holder, said);
    await network.run('ip', 'link', 'set', 'lo', 'up');
    return network;
  }

  /** The command that starts others in here. */
  get inside(): readonly string[] {
    return ['nsenter', '--target', this.pid, '--net', '--mount'];
  }

  async run(name: NetworkProgram, ...args: readonly string[]): Promise<string> {
    const [program = '', ...words] = [...this.inside, ...(await networkProgram(name)), ...args];
    const { stdout } = await run(program, words);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#holder, 'exit');
    this.#holder.stdin?.end();
    await gone;
  }
}
