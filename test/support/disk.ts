import { dirname } from 'node:path';
import { type FileEntry, FileError, type FileErrorCode, type Files } from '#std/files.ts';
import type { SeededRandom } from '../simulation/seeded-random.ts';

interface Inode {
  text: string;
  /** What survives a power cut for certain; undefined: nothing was synced. */
  durable: string | undefined;
  readonly madeAt: number;
}

interface Directory {
  readonly names: Map<string, Inode | Directory>;
  /** The names that survive a power cut for certain. */
  durable: Map<string, Inode | Directory>;
}

/** Decides at each operation what befalls it; `after`: its effect has taken place when it fails. */
export type Mishap =
  | { readonly fails: FileErrorCode; readonly after?: boolean }
  | { readonly hangs: true; readonly after?: boolean };

export interface DiskSurface {
  /** Called once per operation, numbered from 1. */
  readonly mishap?: (operation: number, name: keyof Files, path: string) => Mishap | undefined;
  /** A disk that says "synced" when it is not. */
  readonly liesAboutSync?: () => boolean;
}

/** A disk in memory that loses, tears and keeps exactly what a real one may at a power cut. */
export class Disk {
  readonly #root: Directory = emptyDirectory();
  #time = 0;

  /** The disk as one process sees it. */
  mount(surface: DiskSurface = {}): Files & { readonly operations: number } {
    return new Mount(this, surface);
  }

  /** Everything unsynced is lost, torn or kept, as chance has it. */
  cutPower(random: SeededRandom): void {
    this.#settle(this.#root, random);
  }

  /** Every file, with a way to change it behind everybody's back. */
  *walk(directory = this.#root, path = ''): Generator<{ readonly path: string; readonly inode: Inode }> {
    for (const [name, node] of [...directory.names].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
      if (isDirectory(node)) yield* this.walk(node, `${path}/${name}`);
      else yield { path: `${path}/${name}`, inode: node };
    }
  }

  damage(path: string, change: (bytes: Buffer) => Buffer): void {
    const node = this.find(path);
    if (node === undefined || isDirectory(node)) throw new Error(`No file at ${path}.`);
    node.text = change(Buffer.from(node.text)).toString();
    node.durable = node.text;
  }

  textOf(path: string): string {
    const node = this.find(path);
    if (node === undefined || isDirectory(node)) throw new Error(`No file at ${path}.`);
    return node.text;
  }

  find(path: string): Inode | Directory | undefined {
    let node: Inode | Directory | undefined = this.#root;
    for (const name of namesIn(path)) node = node && isDirectory(node) ? node.names.get(name) : undefined;
    return node;
  }

  directoryAt(path: string): Directory {
    const node = this.find(path);
    if (node === undefined || !isDirectory(node)) throw new FileError('absent', path);
    return node;
  }

  tick(): number {
    this.#time += 1;
    return this.#time;
  }

  #settle(directory: Directory, random: SeededRandom): void {
    for (const name of new Set([...directory.names.keys(), ...directory.durable.keys()])) {
      const [now, durable] = [directory.names.get(name), directory.durable.get(name)];
      const kept = now === durable || random.chance(0.5) ? now : durable;
      if (kept === undefined) directory.names.delete(name);
      else directory.names.set(name, kept);
      if (kept === undefined) continue;
      if (isDirectory(kept)) this.#settle(kept, random);
      else tear(kept, random);
    }
    directory.durable = new Map(directory.names);
  }
}

class Mount implements Files {
  operations = 0;
  readonly #disk: Disk;
  readonly #surface: DiskSurface;

  constructor(disk: Disk, surface: DiskSurface) {
    this.#disk = disk;
    this.#surface = surface;
  }

  read(path: string): Promise<string> {
    return this.#operate('read', path, () => this.#fileAt(path).text);
  }

  create(path: string, text: string): Promise<void> {
    return this.#operate('create', path, () => {
      const names = this.#disk.directoryAt(dirname(path)).names;
      if (names.has(baseOf(path))) throw new FileError('exists', path);
      const durable = this.#surface.liesAboutSync?.() === true ? undefined : text;
      names.set(baseOf(path), { text, durable, madeAt: this.#disk.tick() });
    });
  }

  link(existing: string, added: string): Promise<void> {
    return this.#operate('link', added, () => {
      const inode = this.#fileAt(existing);
      const names = this.#disk.directoryAt(dirname(added)).names;
      if (names.has(baseOf(added))) throw new FileError('exists', added);
      names.set(baseOf(added), inode);
    });
  }

  remove(path: string): Promise<void> {
    return this.#operate('remove', path, () => {
      const directory = this.#disk.find(dirname(path));
      if (directory !== undefined && isDirectory(directory)) directory.names.delete(baseOf(path));
    });
  }

  list(directory: string): Promise<readonly FileEntry[]> {
    return this.#operate('list', directory, () =>
      [...this.#disk.directoryAt(directory).names].map(([name, node]) => ({ name, isDirectory: isDirectory(node) })),
    );
  }

  makeDirectory(path: string): Promise<void> {
    return this.#operate('makeDirectory', path, () => {
      let directory = this.#disk.directoryAt('/');
      for (const name of namesIn(path)) {
        const next = directory.names.get(name) ?? emptyDirectory();
        if (!isDirectory(next)) throw new FileError('exists', path);
        directory.names.set(name, next);
        directory.durable.set(name, next);
        directory = next;
      }
    });
  }

  removeDirectory(path: string): Promise<void> {
    return this.#operate('removeDirectory', path, () => {
      const node = this.#disk.find(path);
      if (node === undefined || !isDirectory(node) || node.names.size > 0) return;
      this.#disk.directoryAt(dirname(path)).names.delete(baseOf(path));
    });
  }

  syncDirectory(path: string): Promise<void> {
    return this.#operate('syncDirectory', path, () => {
      const directory = this.#disk.directoryAt(path);
      if (this.#surface.liesAboutSync?.() !== true) directory.durable = new Map(directory.names);
    });
  }

  modifiedMs(path: string): Promise<number> {
    return this.#operate('modifiedMs', path, () => this.#fileAt(path).madeAt);
  }

  async #operate<T>(name: keyof Files, path: string, act: () => T): Promise<T> {
    this.operations += 1;
    const mishap = this.#surface.mishap?.(this.operations, name, path);
    await Promise.resolve();
    if (mishap === undefined) return act();
    if (mishap.after === true) act();
    if ('hangs' in mishap) return new Promise<T>(() => undefined);
    throw new FileError(mishap.fails, `${name} ${path}`);
  }

  #fileAt(path: string): Inode {
    const node = this.#disk.find(path);
    if (node === undefined || isDirectory(node)) throw new FileError('absent', path);
    return node;
  }
}

/** A file whose content was not synced comes back whole, cut off, with holes, or empty. */
function tear(inode: Inode, random: SeededRandom): void {
  if (inode.durable !== inode.text && random.chance(0.75)) {
    const length = random.below(inode.text.length + 1);
    const whole = random.chance(0.5) ? '' : '\u0000'.repeat(inode.text.length - length);
    inode.text = `${inode.text.slice(0, length)}${whole}`;
  }
  inode.durable = inode.text;
}

function emptyDirectory(): Directory {
  return { names: new Map(), durable: new Map() };
}

function isDirectory(node: Inode | Directory): node is Directory {
  return 'names' in node;
}

function namesIn(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}

function baseOf(path: string): string {
  return namesIn(path).at(-1) ?? '';
}
