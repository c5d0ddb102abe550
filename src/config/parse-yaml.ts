import type { Document, ErrorCode, YAMLError } from 'yaml';
import type { FindingList } from './finding-list.ts';
import type { SourceNode } from './source-tree.ts';
import { TreeBuilder } from './tree-builder.ts';

/** The file as a tree of text with its places; undefined when it cannot be understood at all. */
export async function parseYaml(text: string, findings: FindingList): Promise<SourceNode | undefined> {
  const yaml = await import('yaml');
  // "failsafe" guesses no types; duplicate keys are found by the tree builder, in linear time.
  const documents = yaml.parseAllDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [first, second] = documents;
  if (first === undefined || !Array.isArray(documents)) return reportEmpty(findings);
  for (const error of first.errors) reportSyntax(error, findings);
  reportDirectives(first, text, findings);
  if (second !== undefined) {
    const span = { start: second.range[0], end: second.range[0] + 1 };
    findings.addAt(span, '', { code: 'config.many-documents', what: 'A second YAML document begins here.' });
  }
  if (findings.hasErrors) return undefined;
  const tree = first.contents === null ? undefined : new TreeBuilder(yaml, findings).build(first.contents);
  if (tree === undefined || (tree.kind === 'nothing' && !tree.isReported)) return reportEmpty(findings);
  return findings.all.some(({ code }) => code === 'config.too-large') ? undefined : tree;
}

function reportEmpty(findings: FindingList): undefined {
  const instead = 'The shortest file has three keys: name, provider and domain.';
  findings.addAt({ start: 0, end: 0 }, '', { code: 'config.empty', what: 'The file says nothing.', instead });
  return undefined;
}

const SYNTAX_WORDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: 'An alias (*name) is malformed here.',
  BAD_INDENT: 'This line is indented otherwise than its neighbours.',
  BAD_SCALAR_START: 'A value cannot begin with this character; put it in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'Two keys on one line; begin a new line, or write { key: value }.',
  MISSING_CHAR: 'A bracket, quote, comma or colon is missing.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line, with a colon behind it.',
  RESOURCE_EXHAUSTION: 'It is nested too deeply to be read.',
  TAB_AS_INDENT: 'A tab stands in the indentation; YAML wants spaces.',
  UNEXPECTED_TOKEN: 'This is not expected here.',
  BAD_DQ_ESCAPE: 'There is no such escape in double quotes.',
};

/** What is wrong with a text as YAML, as a sentence; nothing of its values is in it. */
export function syntaxWords({ code, message }: Pick<YAMLError, 'code' | 'message'>): string {
  const parserWords = message.split('\n')[0] ?? '';
  return SYNTAX_WORDS[code] ?? `${parserWords.replace(/\.?$/, '')}.`;
}

function reportSyntax(error: YAMLError, findings: FindingList): void {
  const [start, end] = error.pos;
  findings.addAt({ start, end }, '', { code: 'config.yaml-syntax', what: syntaxWords(error) });
}

function reportDirectives({ directives }: Document.Parsed, text: string, findings: FindingList): void {
  const found = /^%\S*/m.exec(text);
  if (found === null || directives.docStart !== true) return;
  const span = { start: found.index, end: found.index + found[0].length };
  findings.addAt(span, '', {
    code: 'config.directive',
    what: `${found[0]} is not allowed.`,
    instead: 'Delete the line.',
  });
}
