import { type ParseResult, Visitor, parseSync } from 'oxc-parser';
import { posix } from 'node:path';

/** `type` leaves nothing at run time, `dynamic` is loaded when it is asked for, `value` always. */
export type ImportKind = 'value' | 'type' | 'dynamic';

export interface Import {
  readonly specifier: string;
  readonly kind: ImportKind;
}

/** Every module a file names: imports, re-exports, `import()` and `import('…')` in a type. */
export function parseImports(path: string, text: string): readonly Import[] {
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path} does not parse: ${parsed.errors[0]?.message}`);
  return [...staticImports(parsed), ...reExports(parsed), ...importExpressions(parsed)];
}

/** The file an import means, relative to the repository; undefined for a package or a module of Node. */
export function resolveImport(
  importer: string,
  specifier: string,
  prefixes: ReadonlyMap<string, string>,
): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(importer), specifier);
  for (const [prefix, folder] of prefixes) {
    if (specifier.startsWith(prefix)) return folder + specifier.slice(prefix.length);
  }
  return undefined;
}

function staticImports({ module }: ParseResult): readonly Import[] {
  return module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    kind: entries.length > 0 && entries.every(({ isType }) => isType) ? 'type' : 'value',
  }));
}

function reExports({ module }: ParseResult): readonly Import[] {
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }): readonly Import[] =>
      moduleRequest === null ? [] : [{ specifier: moduleRequest.value, kind: isType ? 'type' : 'value' }],
    ),
  );
}

function importExpressions({ program }: ParseResult): readonly Import[] {
  const found: Import[] = [];
  new Visitor({
    TSImportType: ({ source }) => found.push({ specifier: source.value, kind: 'type' }),
    ImportExpression: ({ source }) => found.push({ specifier: literalOf(source), kind: 'dynamic' }),
  }).visit(program);
  return found;
}

function literalOf(source: { readonly type: string; readonly value?: unknown }): string {
  return source.type === 'Literal' && typeof source.value === 'string' ? source.value : '(computed)';
}
