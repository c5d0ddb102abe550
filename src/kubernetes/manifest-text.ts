import type * as YamlPackage from 'yaml';
import type { Document, LineCounter, Scalar, ScalarTag } from 'yaml';
import { syntaxWords } from '#config/parse-yaml.ts';
import { flawOf, isObject } from './manifest-flaw.ts';
import { Manifest, type WantedObject } from './manifest.ts';
import { sealed } from './sealed-manifest.ts';

interface ManifestPlace {
  /** By its whole path. */
  readonly path: string;
  /** From 1, as the column. */
  readonly line: number;
  readonly column: number;
}

export interface ManifestFault extends ManifestPlace {
  /** A sentence. Never what a Secret holds. */
  readonly what: string;
}

export interface ReadManifests {
  readonly found: readonly (WantedObject & { readonly place: ManifestPlace })[];
  readonly faults: readonly ManifestFault[];
}

export interface ManifestFile {
  readonly path: string;
  /** As it is called in the folder. */
  readonly name: string;
  readonly text: string;
}

type Yaml = Pick<typeof YamlPackage, 'isNode' | 'LineCounter' | 'parseAllDocuments' | 'visit'>;

/** Every object in a file, as kubectl would take it: several documents, and lists, which are taken apart. */
export function readManifests(yaml: Yaml, file: ManifestFile): ReadManifests {
  const reader = new Reader(yaml, file);
  reader.readAll();
  return reader;
}

const OCTAL: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^0o[0-7]+$/,
  resolve: (text) => Number.parseInt(text.slice('0o'.length), 8),
};
const TIMESTAMP = 'tag:yaml.org,2002:timestamp';
/** What refers to itself grows without end. */
const ALIASES_MAX = 100;

/** A value and where it is in its document. */
interface Here {
  readonly document: Document.Parsed;
  readonly path: readonly (string | number)[];
}

class Reader implements ReadManifests {
  readonly found: (WantedObject & { readonly place: ManifestPlace })[] = [];
  readonly faults: ManifestFault[] = [];
  readonly #yaml: Yaml;
  readonly #file: ManifestFile;
  readonly #lines: LineCounter;

  constructor(yaml: Yaml, file: ManifestFile) {
    this.#yaml = yaml;
    this.#file = file;
    this.#lines = new yaml.LineCounter();
  }

  readAll(): void {
    const { text } = this.#file;
    // As kubectl reads it: "yes" is true and 0644 is octal, but a moment is text.
    const documents = this.#yaml.parseAllDocuments(text, {
      version: '1.1',
      customTags: (tags) => [OCTAL, ...tags.filter((tag) => typeof tag === 'string' || !isForeign(tag))],
      lineCounter: this.#lines,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const lost = text.indexOf('\uFFFD');
    if (lost !== -1) return this.#report(lost, 'The file is not UTF-8 here.');
    for (const document of documents) this.#readDocument(document);
  }

  #readDocument(document: Document.Parsed): void {
    const troubles = [...document.errors, ...document.warnings];
    for (const trouble of troubles) this.#report(trouble.pos[0], syntaxWords(trouble));
    if (troubles.length > 0 || !this.#isExact(document)) return;
    try {
      const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
      if (value !== null && value !== undefined) this.#readObject(value, { document, path: [] });
    } catch {
      this.#report(startOf(document), 'An alias here stands for nothing, or for far too much.');
    }
  }

  /** JSON has no other numbers than these, and the API speaks JSON. */
  #isExact(document: Document.Parsed): boolean {
    const before = this.faults.length;
    const check = (_: unknown, { value, range }: Scalar): void => {
      if (typeof value !== 'number') return;
      if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return;
      this.#report(range?.[0] ?? 0, 'This number cannot be kept as it is written; put it in quotes if it is text.');
    };
    this.#yaml.visit(document, { Scalar: check });
    return this.faults.length === before;
  }

  #readObject(value: unknown, here: Here): void {
    const items = itemsOf(value);
    if (items !== undefined) {
      for (const [index, item] of items.entries()) {
        this.#readObject(item, { ...here, path: [...here.path, 'items', index] });
      }
      return;
    }
    const flaw = flawOf(value);
    if (flaw !== undefined) return this.#reportAt(here, flaw.path, flaw.what);
    const { object, flaw: unfit } = sealed(withoutDefaultNamespace(Manifest.parse(value)));
    if (unfit !== undefined) return this.#reportAt(here, unfit.path, unfit.what);
    this.found.push({ ...object, file: this.#file.name, place: this.#placeOf(this.#offsetOf(here)) });
  }

  #reportAt(here: Here, path: readonly (string | number)[], what: string): void {
    this.#report(this.#offsetOf({ ...here, path: [...here.path, ...path] }), what);
  }

  #report(offset: number, what: string): void {
    this.faults.push({ ...this.#placeOf(offset), what });
  }

  #placeOf(offset: number): ManifestPlace {
    const { line, col } = this.#lines.linePos(offset);
    return { path: this.#file.path, line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Of what is not written itself, what it would be in. */
  #offsetOf({ document, path }: Here): number {
    for (let { length } = path; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (this.#yaml.isNode(node) && node.range !== undefined && node.range !== null) return node.range[0];
    }
    return startOf(document);
  }
}

function startOf({ contents, range }: Document.Parsed): number {
  return contents?.range[0] ?? range[0];
}

/** Of what YAML 1.1 guesses, kubectl leaves this as the text it is. */
function isForeign({ tag, ...rest }: Pick<ScalarTag, 'tag'>): boolean {
  return tag === TIMESTAMP || ('format' in rest && rest.format === 'TIME');
}

/** Of a list, each with what the list says of all. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined;
  const { apiVersion, kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return undefined;
  const kindOfEach = kind.slice(0, -'List'.length);
  const said = kindOfEach === '' ? {} : { apiVersion, kind: kindOfEach };
  return items.map((item: unknown) => (isObject(item) ? { ...said, ...item } : item));
}

/** Said or not it is the same one, and not every kind is in one: only the API knows which. */
function withoutDefaultNamespace(manifest: Manifest): Manifest {
  const { namespace, ...metadata } = manifest.metadata;
  return namespace === 'default' ? { ...manifest, metadata } : manifest;
}
