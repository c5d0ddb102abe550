import { isProblem, problem, type Problem } from '#engine/problem.ts';
import type { WayIn } from '#provider/machine-care.ts';
import type { ShellCommand } from './app.ts';
import type { CaredMachines } from './cared-machines.ts';
import { ownSshKey } from './own-ssh-key.ts';
import type { AppPorts } from './ports.ts';
import { replaceFile } from './replace-file.ts';

/** Under emulation a machine takes its time, also for the first word. */
const PATIENCE_S = 60;
const SILENCE_S = 30;
const SILENCES_MAX = 10;

/** How the SSH of this system gets into the machine of a node: by the host key that the machine said first, or not at all. */
export async function shell(
  ports: Pick<AppPorts, 'files' | 'random' | 'environment' | 'workshop'>,
  machines: CaredMachines,
  node: string,
  signal: AbortSignal,
): Promise<ShellCommand> {
  const { cluster, care, idOf } = machines;
  const { name } = cluster.known;
  const access = await care.shellOf(idOf(node), signal).catch((error: unknown) => {
    throw isProblem(error, 'machine.silent') ? silent(error, `${name} ${node}`) : error;
  });
  const program = await (await ports.workshop()).programs.find('ssh');
  if (program === undefined) {
    throw problem('workstation.program-missing', { detail: 'There is no ssh here; its package is openssh-client.' });
  }
  const identityFile = access.identityFile ?? (await ownSshKey(ports, machines));
  const knownHosts = cluster.places.knownHost(node);
  const { through } = access;
  const own = { alias: `${node}.${name}`, knownHosts, identityFile };
  const door = { alias: `door.${own.alias}`, knownHosts, identityFile };
  const known = [...linesFor(access, own.alias), ...(through === undefined ? [] : linesFor(through, door.alias))];
  await replaceFile(ports, knownHosts, known.join(''));
  const led = through === undefined ? [] : ['-o', `ProxyCommand=${commandThrough(program, through, door)}`];
  return { program, args: [...led, ...argumentsFor(access, own)], user: access.user };
}

function linesFor({ hostKeys }: WayIn, alias: string): readonly string[] {
  return hostKeys.map((key) => `${alias} ${wordsOf(key)}\n`);
}

/** For the shell that runs it, in which SSH puts in the host and the port behind the door. */
function commandThrough(program: string, door: WayIn, pinned: Pinned): string {
  const words = [program, '-o', 'BatchMode=yes', ...argumentsFor(door, pinned)].map(
    (word) => `'${word.replaceAll('%', '%%').replaceAll("'", `'\\''`)}'`,
  );
  const [ssh = '', ...others] = words;
  return [ssh, '-W', '%h:%p', ...others].join(' ');
}

/** Where it is known which one is meant, its console is the next to look at. */
function silent({ code, detail }: Problem, words: string): Problem {
  const remedy = `See on its console how far it has come:\n  bootstrap console ${words} --follow`;
  return problem(code, { detail, remedy });
}

/** Its kind and itself: a comment behind it could be taken for more. */
function wordsOf(key: string): string {
  return key.trim().split(/\s+/).slice(0, 2).join(' ');
}

interface Pinned {
  readonly alias: string;
  readonly knownHosts: string;
  readonly identityFile: string;
}

/** Nothing of what the user has set for other machines has a say here. */
function argumentsFor({ host, port, user }: WayIn, { alias, knownHosts, identityFile }: Pinned): readonly string[] {
  const options = [
    `UserKnownHostsFile="${knownHosts}"`,
    'GlobalKnownHostsFile=/dev/null',
    `HostKeyAlias=${alias}`,
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'CheckHostIP=no',
    'IdentitiesOnly=yes',
    'PreferredAuthentications=publickey',
    `ConnectTimeout=${PATIENCE_S}`,
    `ServerAliveInterval=${SILENCE_S}`,
    `ServerAliveCountMax=${SILENCES_MAX}`,
    'LogLevel=ERROR',
  ];
  const said = options.flatMap((option) => ['-o', option]);
  return ['-F', 'none', ...said, '-i', identityFile, '-p', String(port), '-l', user, host];
}
