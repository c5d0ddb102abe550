import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../tooling/repository.ts';

const FOLDER = join(repository, 'test/config/corpus');

export interface CorpusFile {
  /** `unknown-key/01-swapped-letters.yaml`. */
  readonly name: string;
  readonly text: string;
  /** What its first lines say is found in it: `config.unknown-key at nodes.worker.cuont (5:5)`. */
  readonly expected: readonly string[];
}

/** Every file of the corpus, in the order of its name. */
export const corpus: readonly CorpusFile[] = readdirSync(FOLDER)
  .toSorted()
  .flatMap((folder) => readdirSync(join(FOLDER, folder)).map((file) => `${folder}/${file}`))
  .map((name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const expected = [...text.matchAll(/^# expect: (.+)$/gm)].map(([, words = '']) => words);
    return { name, text, expected };
  });

export const validFiles: readonly CorpusFile[] = corpus.filter(({ expected }) => expected.length === 0);
