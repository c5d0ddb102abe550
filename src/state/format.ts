import type { z } from 'zod';
import { problem } from '#engine/problem.ts';
import { corrupt } from './store-problem.ts';

/** Version of everything this program writes into a state. */
export const STATE_FORMAT = 1;

type DocumentKind = 'head' | 'lease' | 'journal' | 'snapshot' | 'blueprint' | 'demand';

type JsonObject = Readonly<Record<string, unknown>>;
type Migration = (document: JsonObject) => JsonObject;

/** From each older format to the next, per kind of document; a kind that is left out did not change. */
export type Migrations = ReadonlyMap<number, Partial<Readonly<Record<DocumentKind, Migration>>>>;

export const NO_MIGRATIONS: Migrations = new Map();

export interface StoredText {
  readonly key: string;
  readonly kind: DocumentKind;
  readonly body: string;
}

/** A stored text as a document of the present format; what is stored stays as it is. */
export function parseStored({ key, kind, body }: StoredText, migrations: Migrations): JsonObject {
  let document = parseObject(key, body);
  const format = document['format'];
  if (typeof format !== 'number' || !Number.isInteger(format)) throw corrupt(key, 'it names no format');
  if (format > STATE_FORMAT) {
    throw problem('state.format-newer', { detail: `${key} has format ${format}, this version knows ${STATE_FORMAT}.` });
  }
  for (let from = format; from < STATE_FORMAT; from += 1) {
    const step = migrations.get(from);
    if (step === undefined) throw corrupt(key, `nothing leads from its format ${format} to ${STATE_FORMAT}`);
    document = { ...(step[kind]?.(document) ?? document), format: from + 1 };
  }
  return document;
}

/** Checks a document against its schema; the complaint names places, never values. */
export function checkStored<Document>(key: string, schema: z.ZodType<Document>, document: unknown): Document {
  const checked = schema.safeParse(document);
  if (checked.success) return checked.data;
  const places = checked.error.issues.slice(0, 3).map(({ path, code }) => `${path.join('.') || 'it'} (${code})`);
  throw corrupt(key, `it is not as expected at ${places.join(', ')}`);
}

function parseObject(key: string, body: string): JsonObject {
  const value = parseJson(key, body);
  if (isObject(value)) return value;
  throw corrupt(key, 'it is no JSON object');
}

function parseJson(key: string, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The syntax error quotes the text, which may be secret.
    throw corrupt(key, 'it is not JSON');
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
