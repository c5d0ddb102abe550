import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaredMachines } from '#app/cared-machines.ts';
import type { Asking } from '#app/every-node.ts';
import { problem } from '#engine/problem.ts';
import type { Desk } from './desk.ts';

const RECORDED = fileURLToPath(new URL('../recorded', import.meta.url));

/**
 * What stands in for the way to a machine: it keeps what it is handed, then does what the machine of that node does, with
 * what was said to the script as its arguments.
 */
const WAY_IN = `#!/bin/sh
for word; do
  case "$word" in HostKeyAlias=*) node=\${word#HostKeyAlias=} node=\${node%%.*} ;; esac
done
here=\${0%/*}
cat >"$here/$node.asked"
echo "$@" >>"$here/$node.words"
while [ "$1" != -- ]; do shift; done
shift
# As the shell of the machine takes it, in the name of who may do everything.
eval "set -- $*"
shift 2
# A file that is brought keeps its -c; of a script only what is said to it is left.
if [ "$2" = -c ]; then shift; else shift 3; fi
. "$here/$node.does"
`;

/** Shell text, or a file of what a real machine once said. */
export type Behaviour = string;

export function says(recording: string): Behaviour {
  return `cat '${RECORDED}/${recording}.txt'\n`;
}

/** Machines behind the ssh of a workstation, each of which does what it was given to do. */
export class AnsweringMachines {
  readonly asking: Asking;
  readonly #directory: string;

  private constructor(asking: Asking, directory: string) {
    this.asking = asking;
    this.#directory = directory;
  }

  static async at(desk: Desk, behaviours: Readonly<Record<string, Behaviour>>): Promise<AnsweringMachines> {
    const directory = join(desk.home, 'ssh');
    await mkdir(directory);
    await writeFile(join(directory, 'ssh'), WAY_IN);
    await chmod(join(directory, 'ssh'), 0o755);
    for (const [node, does] of Object.entries(behaviours)) await writeFile(join(directory, `${node}.does`), does);
    const ports = desk.ports();
    const workshop = async () => {
      const { programs, ...rest } = await ports.workshop();
      return { ...rest, programs: Object.assign(programs, { find: async () => join(directory, 'ssh') }) };
    };
    const machines = machinesOf(desk, Object.keys(behaviours));
    return new AnsweringMachines({ ports: { ...ports, workshop }, machines }, directory);
  }

  /** What the machine of a node was handed to run, and by which words. */
  async handed(node: string): Promise<{ readonly script: string; readonly words: readonly string[] }> {
    const read = (ending: string): Promise<string> => readFile(join(this.#directory, `${node}.${ending}`), 'utf8');
    return { script: await read('asked'), words: (await read('words')).trimEnd().split('\n') };
  }
}

function machinesOf(desk: Desk, nodes: readonly string[]): CaredMachines {
  const access = { host: '127.0.0.1', port: 22, user: 'debian', identityFile: '/keys/operator' };
  return {
    cluster: { known: { name: 'dev' }, places: desk.places.of('dev') },
    care: {
      powerOf: async () => 'on',
      stop: async () => undefined,
      start: async () => undefined,
      consoleOf: async (id) => ({ file: `/consoles/${id}` }),
      shellOf: async (id) => {
        if (id === 'off') throw problem('machine.silent', { detail: 'It has not said hello yet.' });
        return { ...access, hostKeys: ['ssh-ed25519 AAAAC3Nz'] };
      },
      waysTo: async () => [],
    },
    nodes,
    publicKey: undefined,
    idOf: (node) => {
      if (nodes.includes(node)) return node;
      throw problem('node.unknown', { detail: `There is no ${node}.` });
    },
  };
}
