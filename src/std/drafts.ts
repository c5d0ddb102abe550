import { basename, join } from 'node:path';
import type { Disk } from './disk.ts';
import { type Files, isFileError, unlessAbsent } from './files.ts';
import { nonce, type Random } from './random.ts';

/** A process, told from every other one of this workstation. */
interface WorkerIdentity {
  readonly host: string;
  readonly pid: number;
  readonly bootId: string;
  readonly processStart: string;
}

/** Who works on something, and whether somebody else still may. */
export interface Workers {
  self(): Promise<WorkerIdentity>;
  isCertainlyDead(worker: WorkerIdentity): Promise<boolean>;
}

export interface DraftGround {
  readonly random: Random;
  readonly files: Files;
  readonly disk: Disk;
}

interface Draft {
  readonly path: string;
  readonly what: string;
  /** Undefined: its name says nothing of the kind. */
  readonly worker: WorkerIdentity | 'nobody' | undefined;
}

const SEPARATOR = '~';
const NOBODY = 'nobody';
/** A download adds to its file once in a minute at the least; one that has not for so long is left. */
const LEFT_AFTER_MS = 150_000;

/**
 * Directories that are being filled. Each has the process that fills it in its name, so that a name has one owner from the
 * first moment, and taking over what a dead process has left is one rename, which only one can win.
 */
export class Drafts {
  readonly #ground: DraftGround;
  readonly #directory: string;
  readonly #workers: Workers;

  constructor(ground: DraftGround, directory: string, workers: Workers) {
    this.#ground = ground;
    this.#directory = directory;
    this.#workers = workers;
  }

  async begin(what: string): Promise<string> {
    const path = await this.#pathFor(what);
    await this.#ground.files.makeDirectory(path);
    return path;
  }

  /** What nobody works on any more becomes ours, or a new one is begun. Undefined: somebody else is at it. */
  async takeOver(what: string): Promise<string | undefined> {
    const left: Draft[] = [];
    for (const draft of await this.#all()) {
      if (draft.what !== what) continue;
      if (!(await this.#isDead(draft)) && (await this.#ageMs(draft)) < LEFT_AFTER_MS) return undefined;
      left.push(draft);
    }
    for (const { path } of left) {
      const own = await this.#pathFor(what);
      if (await this.#renamed(path, own)) return own;
    }
    const own = await this.begin(what);
    const others = (await this.#all()).filter((draft) => draft.what === what && draft.path !== own);
    if (others.length === 0) return own;
    // Two that began in one moment both step back, and come again at different ones.
    await this.#ground.disk.removeTree(own);
    return undefined;
  }

  /** For whoever comes next. */
  async leave(path: string): Promise<void> {
    const [what = ''] = basename(path).split(SEPARATOR);
    await this.#renamed(path, this.#pathOf(what, NOBODY));
  }

  /** Removes what was left so long ago; where it is not certain that it was, a day is the least. */
  async clear(keptMs: number): Promise<void> {
    for (const draft of await this.#all()) {
      const ageMs = await this.#ageMs(draft);
      const isOver = ageMs >= keptMs && (await this.#isDead(draft));
      if (isOver || ageMs > Math.max(keptMs, DAY_MS)) await this.#ground.disk.removeTree(draft.path);
    }
  }

  async #isDead({ worker }: Draft): Promise<boolean> {
    if (worker === undefined) return false;
    return worker === NOBODY || this.#workers.isCertainlyDead(worker);
  }

  async #all(): Promise<readonly Draft[]> {
    const entries = (await unlessAbsent(() => this.#ground.files.list(this.#directory))) ?? [];
    return entries
      .filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => {
        const [what = '', worker = ''] = name.split(SEPARATOR);
        return { path: join(this.#directory, name), what, worker: workerIn(worker) };
      });
  }

  async #pathFor(what: string): Promise<string> {
    return this.#pathOf(what, nameOf(await this.#workers.self()));
  }

  #pathOf(what: string, worker: string): string {
    return join(this.#directory, [what, worker, nonce(this.#ground.random)].join(SEPARATOR));
  }

  async #renamed(from: string, to: string): Promise<boolean> {
    try {
      await this.#ground.disk.rename(from, to);
      return true;
    } catch (error) {
      if (isFileError(error, 'absent')) return false;
      throw error;
    }
  }

  /** Since anything in it was changed, by the clock of the file system. */
  async #ageMs({ path }: Draft): Promise<number> {
    const { files } = this.#ground;
    const names = (await unlessAbsent(() => files.list(path))) ?? [];
    const times = await Promise.all(
      [path, ...names.map(({ name }) => join(path, name))].map((each) => unlessAbsent(() => files.modifiedMs(each))),
    );
    const present = await this.begin('now');
    try {
      return Math.max(
        0,
        (await files.modifiedMs(present)) - Math.max(0, ...times.filter((time) => time !== undefined)),
      );
    } finally {
      await this.#ground.disk.removeTree(present);
    }
  }
}

/** Whose process is not known to be dead is left alone for so long. */
const DAY_MS = 86_400_000;

/** The host is left out: what is here is of this one. */
function nameOf({ pid, processStart, bootId }: WorkerIdentity): string {
  return Buffer.from([pid, processStart, bootId].join('\n')).toString('base64url');
}

function workerIn(name: string): Draft['worker'] {
  if (name === NOBODY) return NOBODY;
  const [pid = '', processStart, bootId] = Buffer.from(name, 'base64url').toString().split('\n');
  if (!/^\d+$/.test(pid) || processStart === undefined || bootId === undefined) return undefined;
  return { host: '', pid: Number(pid), processStart, bootId };
}
