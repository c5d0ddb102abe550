import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface RepositoryFile {
  /** Relative to the repository, with forward slashes on every system. */
  readonly path: string;
  readonly text: string;
}

/** The folders whose TypeScript is ours; one that does not exist yet holds no file. */
const codeFolders = ['src', 'providers', 'test'];

/** Reads every TypeScript file below the given folders, in a stable order. */
export function readCode(folders: readonly string[] = codeFolders): readonly RepositoryFile[] {
  return folders.flatMap((folder) => readFolder(folder)).filter(({ path }) => path.endsWith('.ts'));
}

/** Reads every file that git would track: all but what .gitignore names and git's own folder. */
export function readTracked(): readonly RepositoryFile[] {
  const ignored = new Set(['.git', ...ignoredNames()]);
  return filesBelow(repository, ignored).map(readRepositoryFile);
}

export function readRepositoryFile(path: string): RepositoryFile {
  return { path, text: readFileSync(join(repository, path), 'utf8') };
}

const importsMap = z.object({ imports: z.record(z.string(), z.object({ source: z.string() })) });

/** The room behind each `#…/` prefix, as the imports map of package.json says: `#std/` → `src/std/`. */
export function readImportPrefixes(): ReadonlyMap<string, string> {
  const { imports } = importsMap.parse(JSON.parse(readRepositoryFile('package.json').text));
  return new Map(
    Object.entries(imports).map(([pattern, { source }]) => [
      pattern.replace('*.ts', ''),
      source.replace('./', '').replace('*.ts', ''),
    ]),
  );
}

function readFolder(folder: string): readonly RepositoryFile[] {
  const absolute = join(repository, folder);
  return existsSync(absolute) ? filesBelow(absolute, new Set()).map(readRepositoryFile) : [];
}

function filesBelow(folder: string, ignored: ReadonlySet<string>): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !ignored.has(name))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path, ignored);
      return entry.isFile() ? [relative(repository, path).split(sep).join('/')] : [];
    });
}

function ignoredNames(): readonly string[] {
  const lines = readRepositoryFile('.gitignore').text.split('\n');
  return lines.map((line) => line.trim().replace(/\/$/, '')).filter((line) => line !== '' && !line.startsWith('#'));
}
