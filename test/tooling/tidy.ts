import { type Comment, type Program, parseSync } from 'oxc-parser';
import type { RepositoryFile } from './repository.ts';

export interface ParsedFile extends RepositoryFile {
  readonly program: Program;
  readonly comments: readonly Comment[];
}

/** What a rule objects to and where in the file it starts. */
export interface Finding {
  readonly offset: number;
  readonly what: string;
}

export interface Rule {
  readonly name: string;
  /** What to do instead. */
  readonly remedy: string;
  readonly covers: (path: string) => boolean;
  readonly find: (file: ParsedFile) => readonly Finding[];
}

/** Every breach of the rules, one line each: where, which rule, what it met, what to do instead. */
export function judgeTidiness(files: readonly RepositoryFile[], rules: readonly Rule[]): readonly string[] {
  return files.flatMap((file) => {
    const relevant = rules.filter((rule) => rule.covers(file.path));
    const parsed = parseFile(file);
    return relevant.flatMap((rule) => rule.find(parsed).map((finding) => describe(file, rule, finding)));
  });
}

export function inProduct(path: string): boolean {
  return path.startsWith('src/') || path.startsWith('providers/');
}

export function inTest(path: string): boolean {
  return path.startsWith('test/');
}

export function everywhere(): boolean {
  return true;
}

function parseFile({ path, text }: RepositoryFile): ParsedFile {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  return { path, text, program, comments };
}

function describe({ path, text }: RepositoryFile, { name, remedy }: Rule, { offset, what }: Finding): string {
  const line = text.slice(0, offset).split('\n').length;
  return `${path}:${line} ${name}: ${what}; ${remedy}`;
}
