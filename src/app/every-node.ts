import { type Look, readLook, sectionsOf } from '#cloud-init/look-script.ts';
import { problem, type Problem } from '#engine/problem.ts';
import { mapLimit } from '#std/map-limit.ts';
import type { EndedProgram, RunOptions } from '#std/programs.ts';
import type { CaredMachines } from './cared-machines.ts';
import type { AppPorts } from './ports.ts';
import { asProblem } from './problems.ts';
import { shell } from './shell.ts';

/** Each is a process here, and most of the time it waits. */
const AT_ONCE = 16;
/** Long enough for machines that are emulated, and have other work. */
const ANSWER_MS = 120_000;
/** 8 GiB, as much as etcd can hold. */
const TRANSFER_MS = 1_800_000;
const SECOND_MS = 1_000;

export interface Asking {
  readonly ports: Pick<AppPorts, 'clock' | 'environment' | 'files' | 'random' | 'workshop'>;
  readonly machines: CaredMachines;
}

export interface Question {
  readonly look: Look;
  /** None: all. */
  readonly nodes: readonly string[];
  /** For the script; only what means nothing to a shell. */
  readonly args?: readonly string[];
  /** @default two minutes */
  readonly deadlineMs?: number;
  /** A file that takes what it says, when that is no text. */
  readonly output?: string;
}

export interface NodeAnswer {
  readonly node: string;
  readonly sections: ReadonlyMap<string, string>;
  /** Only told where what it says went into a file. */
  readonly beside: string;
}

/** Why nothing was heard of a node. */
export interface SilentNode {
  readonly node: string;
  readonly problem: Problem;
}

export interface Answers {
  readonly heard: readonly NodeAnswer[];
  readonly silent: readonly SilentNode[];
}

/** Asks machines side by side, each within its own time: one that does not answer keeps nobody from hearing the others. */
export async function askNodes(asking: Asking, question: Question, signal: AbortSignal): Promise<Answers> {
  const { ports, machines } = asking;
  const nodes = [...new Set(question.nodes.length === 0 ? machines.nodes : question.nodes)];
  // Before anything is asked: a slip of the fingers asks nobody.
  for (const node of nodes) machines.idOf(node);
  const script = await readLook(ports.files, question.look);
  const answers = await mapLimit(nodes, AT_ONCE, async (node) => {
    const answer = askNode(asking, { ...question, node, script }, signal);
    return answer.catch((error: unknown): SilentNode => ({ node, problem: asProblem(error) }));
  });
  signal.throwIfAborted();
  const heard = answers.flatMap((answer) => ('problem' in answer ? [] : [answer]));
  return { heard, silent: answers.flatMap((answer) => ('problem' in answer ? [answer] : [])) };
}

/** Brings a file to a place on a machine that only root can write to, and read. */
export async function sendFile(
  asking: Asking,
  { node, file, to }: { readonly node: string; readonly file: string; readonly to: string },
  signal: AbortSignal,
): Promise<void> {
  const ended = await within(asking.ports.clock, TRANSFER_MS, signal, (patience) => {
    // In the shell of the machine it is one word.
    const command = ['sh', '-c', `'umask 077 && cat >${to}'`];
    return runThere(asking, node, { command, options: { inputFile: file, signal: patience } });
  });
  if (ended.code !== 0) throw problem('node.unanswered', { detail: `${node}: ${troubleOf(ended, TRANSFER_MS)}` });
}

interface Errand extends Omit<Question, 'nodes' | 'look'> {
  readonly node: string;
  readonly script: string;
}

async function askNode(asking: Asking, errand: Errand, signal: AbortSignal): Promise<NodeAnswer> {
  const { node, deadlineMs = ANSWER_MS } = errand;
  const ended = await within(asking.ports.clock, deadlineMs, signal, (patience) => run(asking, errand, patience));
  if (ended.code === 0) return { node, sections: sectionsOf(ended.stdout), beside: ended.stderr };
  throw problem('node.unanswered', { detail: troubleOf(ended, deadlineMs) });
}

function run(asking: Asking, errand: Errand, signal: AbortSignal): Promise<EndedProgram> {
  const { node, script, args = [], output } = errand;
  const command = ['sh', '-s', '--', ...args];
  return runThere(asking, node, { command, options: { input: script, signal, output } });
}

interface Running {
  readonly command: readonly string[];
  readonly options: RunOptions & { readonly signal: AbortSignal };
}

/** As root. */
async function runThere({ ports, machines }: Asking, node: string, { command, options }: Running) {
  const { program, args: way, user } = await shell(ports, machines, node, options.signal);
  const { programs } = await ports.workshop();
  // Whom nobody sits before nobody can ask for a password.
  const quietly = ['-o', 'BatchMode=yes', '-T', ...way];
  const asRoot = user === 'root' ? [] : ['sudo', '-n'];
  return programs.run(program, [...quietly, '--', ...asRoot, ...command], options);
}

async function within<T>(
  clock: AppPorts['clock'],
  ms: number,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [late, over] = [new AbortController(), new AbortController()];
  const timer = clock.sleep(ms, over.signal).then(
    () => late.abort(),
    () => undefined,
  );
  try {
    return await act(AbortSignal.any([signal, late.signal]));
  } finally {
    over.abort();
    await timer;
  }
}

function troubleOf({ code, stderr }: EndedProgram, deadlineMs: number): string {
  if (code === undefined) return `Nothing was heard within ${deadlineMs / SECOND_MS} s.`;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return said === '' ? `What it was asked ended with ${code}, without a word.` : said;
}
