import { fileURLToPath } from 'node:url';
import type { Document, LineCounter } from 'yaml';
import type { z } from 'zod';
import { problem } from '#engine/problem.ts';
import { type Files, fileTrouble } from '#std/files.ts';
import { AssetLock, LOCK_FILE, type LockedAsset } from './asset-lock.ts';

/** What this version of the program was made with. Beside this file, from its sources and when it is built. */
export const BUILT_IN_LOCK = fileURLToPath(new URL(LOCK_FILE, import.meta.url));

const LENGTH_MAX = 1_048_576;
const FLAWS_SHOWN = 20;

type Path = readonly PropertyKey[];

interface Flaw {
  readonly path: Path;
  readonly what: string;
}

interface Source {
  readonly title: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

export async function readAssetLock(files: Pick<Files, 'read'>, path: string): Promise<readonly LockedAsset[]> {
  return parseAssetLock(await textAt(files, path), path);
}

/** Throws a Problem that names each flaw by its line and column. */
export async function parseAssetLock(text: string, title: string): Promise<readonly LockedAsset[]> {
  if (text.length > LENGTH_MAX) throw invalid([`${title}: It is longer than ${LENGTH_MAX} characters.`]);
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  // "failsafe" guesses no types: a version such as 3.10 stays what it is.
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const source = { title, document, lines };
  if (document.errors.length > 0) {
    throw invalid(document.errors.map(({ message, pos: [at] }) => `${placeAt(source, at)}: ${message}`));
  }
  const read = AssetLock.safeParse(valuesOf(source));
  if (!read.success) throw invalid(read.error.issues.map((issue) => inWords(source, flawOf(issue))));
  const twice = repeated(read.data.assets);
  if (twice.length > 0) throw invalid(twice.map((flaw) => inWords(source, flaw)));
  return read.data.assets;
}

async function textAt(files: Pick<Files, 'read'>, path: string): Promise<string> {
  try {
    return await files.read(path);
  } catch (error) {
    throw problem('assets.lock-invalid', { detail: `${path} cannot be read: ${fileTrouble(error)}.`, cause: error });
  }
}

function valuesOf({ title, document }: Source): unknown {
  try {
    // Copies by reference would hide what a machine is given.
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw problem('assets.lock-invalid', { detail: `${title}: Aliases (*name) are not allowed here.`, cause: error });
  }
}

/** What is expected, by the last word of where it stands. */
const EXPECTED: ReadonlyMap<PropertyKey, string> = new Map([
  ['format', 'the number 1'],
  ['assets', 'a list of assets'],
  ['name', 'a name of small letters, digits, dots and hyphens'],
  ['version', 'a version such as 3.6.14'],
  ['architecture', 'amd64 or arm64'],
  ['form', 'program, tar.gz or image'],
  ['sha256', '64 hexadecimal digits in small letters'],
  ['url', 'an address that begins with https:// or http://, without a login'],
]);

function flawOf(issue: z.core.$ZodIssue): Flaw {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return { path: [...path, key], what: `There is no key "${key}" here.` };
  }
  const expected = EXPECTED.get(path.at(-1) ?? '') ?? 'a section with the keys of an asset';
  return { path, what: `Expected is ${expected}.` };
}

/** No two may be meant by one name, nor be one file. */
function repeated(assets: readonly LockedAsset[]): readonly Flaw[] {
  return assets.flatMap((asset, index): readonly Flaw[] => {
    const before = assets.slice(0, index);
    const path = ['assets', index];
    if (before.some(({ name, architecture }) => name === asset.name && architecture === asset.architecture))
      return [{ path: [...path, 'name'], what: `${asset.name} for ${asset.architecture} stands here twice.` }];
    if (before.some(({ sha256 }) => sha256 === asset.sha256))
      return [{ path: [...path, 'sha256'], what: 'Another asset has the same digest.' }];
    return [];
  });
}

function inWords(source: Source, { path, what }: Flaw): string {
  const place = placeOf(source, path);
  const words = path.reduce<string>(
    (said, key) => (typeof key === 'number' ? `${said}[${key}]` : `${said}${said === '' ? '' : '.'}${String(key)}`),
    '',
  );
  return `${place}: ${words === '' ? '' : `${words}: `}${what}`;
}

/** Of the value, or of what it is missing in. */
function placeOf(source: Source, path: Path): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? source.document.contents : source.document.getIn(path.slice(0, length), true);
    const start = startOf(node);
    if (start !== undefined) return placeAt(source, start);
  }
  return placeAt(source, 0);
}

function startOf(node: unknown): number | undefined {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : undefined;
}

function placeAt({ title, lines }: Source, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${title}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
}

function invalid(flaws: readonly string[]): Error {
  // One value can break several rules in one way.
  const distinct = [...new Set(flaws)];
  const more = distinct.length > FLAWS_SHOWN ? [`… and ${distinct.length - FLAWS_SHOWN} more.`] : [];
  return problem('assets.lock-invalid', { detail: [...distinct.slice(0, FLAWS_SHOWN), ...more].join('\n') });
}
