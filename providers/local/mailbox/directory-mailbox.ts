import { join } from 'node:path';
import { type ClusterUid, parseInstanceId } from '#engine/address.ts';
import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { BoxContents, Letter, Mailbox } from '#host/mailbox.ts';
import { isFileError } from '#std/files.ts';
import { doing, looking, unlessAbsent } from '../acts.ts';
import type { LocalPlaces } from '../local-places.ts';
import type { LocalWorld } from '../local-world.ts';
import { isLetter, leaveLetter } from './leave-letter.ts';

type Reading = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'mutate'>;

interface DirectoryMailboxOptions {
  readonly world: Pick<LocalWorld, 'files' | 'random'>;
  readonly places: Pick<LocalPlaces, 'of'>;
  /** Whether there still is the machine that owns the box. */
  readonly machineOf: (context: Reading, box: string) => Promise<BoxContents['machine']>;
}

/** A directory for each box, a file for each letter. The box of a machine has its instance's id for a name. */
export class DirectoryMailbox implements Mailbox {
  readonly #world: DirectoryMailboxOptions['world'];
  readonly #places: DirectoryMailboxOptions['places'];
  readonly #machineOf: DirectoryMailboxOptions['machineOf'];

  constructor({ world, places, machineOf }: DirectoryMailboxOptions) {
    this.#world = world;
    this.#places = places;
    this.#machineOf = machineOf;
  }

  async look(context: Reading, box: string): Promise<BoxContents> {
    const directory = this.#directoryOf(context.cluster, box);
    const { files } = this.#world;
    const [entries = [], machine] = await Promise.all([
      looking(context, 'look into the mailbox', () => unlessAbsent(() => files.list(directory))),
      this.#machineOf(context, box),
    ]);
    const letters = entries.filter(isLetter).map(({ name }) => name);
    return { letters: letters.toSorted(), machine };
  }

  read(context: Reading, box: string, letter: string): Promise<string | undefined> {
    const path = join(this.#directoryOf(context.cluster, box), letter);
    return looking(context, `read the letter ${letter}`, () => unlessAbsent(() => this.#world.files.read(path)));
  }

  write(context: Writing, box: string, letter: Letter): Promise<void> {
    const directory = this.#directoryOf(context.cluster, box);
    return doing(context, `leave the letter ${letter.name}`, async () => {
      try {
        await leaveLetter(this.#world, directory, letter);
      } catch (error) {
        if (!isFileError(error, 'absent')) throw error;
        const message = 'The mailbox is gone, with its machine.';
        throw new CallError({ outcome: 'rejected', reason: 'absent', message, cause: error });
      }
    });
  }

  async remove(context: Writing, box: string, letters: readonly string[]): Promise<void> {
    if (letters.length === 0) return;
    const directory = this.#directoryOf(context.cluster, box);
    const { files } = this.#world;
    await doing(context, `take out ${letters.join(', ')}`, async () => {
      for (const letter of letters) await files.remove(join(directory, letter));
      await unlessAbsent(() => files.syncDirectory(directory));
    });
  }

  /** No other word may become a part of a path. */
  #directoryOf(cluster: ClusterUid, box: string): string {
    return this.#places.of(cluster).machine(parseInstanceId(box)).mailbox;
  }
}
