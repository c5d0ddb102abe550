import type { Span } from './place-map.ts';

interface SecretKind {
  readonly name: string;
  readonly pattern: RegExp;
}

const SECRET_KINDS: readonly SecretKind[] = [
  { name: 'an AWS access key id', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  {
    name: 'a private key',
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?:[^]{0,20000}?-----END [A-Z0-9 ]*PRIVATE KEY-----)?/g,
  },
  { name: 'an address with a password', pattern: /\bhttps?:\/\/[^\s/:@]{0,200}:[^\s/@]{1,200}@/gi },
  { name: 'an access token', pattern: /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-ant-)[A-Za-z0-9_-]{16,}/g },
];

const SECRET_KEY = /pass(?:word|wd|phrase)|secret|token|credential|private-?key|api-?key|access-?key/;
/** At the begin of a line, or within braces. */
const KEY = /(?:^|[{,])[ \t]*(?:- )?["']?([A-Za-z][^,:={}"']{0,127}?)["']?[ \t]*[:=]/g;

export interface FoundSecret {
  /** `an AWS access key id`. */
  readonly name: string;
  readonly span: Span;
}

/** What is a secret by its looks alone, wherever it stands. */
export function findSecrets(text: string): readonly FoundSecret[] {
  return SECRET_KINDS.flatMap(({ name, pattern }) =>
    [...text.matchAll(pattern)].map(({ 0: match, index }) => ({
      name,
      span: { start: index, end: index + match.length },
    })),
  );
}

/** Whether a key says that a secret follows. */
export function namesSecret(key: string): boolean {
  return SECRET_KEY.test(key.toLowerCase().replaceAll('_', '-'));
}

/** The text with every secret hidden, and everything else where it was. */
export function maskSecrets(text: string): string {
  return maskKnownSecrets(text.split('\n').map(maskAssignment).join('\n'));
}

function maskAssignment(line: string): string {
  for (const { 0: match, 1: key = '', index } of line.matchAll(KEY)) {
    const valueStart = index + match.length;
    if (namesSecret(key)) return line.slice(0, valueStart) + hide(line.slice(valueStart));
  }
  return line;
}

/** The text with everything hidden that is a secret by its looks. */
export function maskKnownSecrets(text: string): string {
  return SECRET_KINDS.reduce((masked, { pattern }) => masked.replaceAll(pattern, hide), text);
}

/** A line with everything hidden that stands behind the colon of a key, which ends at an offset. */
export function maskBehind(line: string, keyEnd: number): string {
  const behind = line.slice(keyEnd);
  const value = behind.replace(/^\s*[:=]/, '');
  return value === behind ? line : line.slice(0, line.length - value.length) + hide(value);
}

function hide(secret: string): string {
  return secret.replaceAll(/\S/g, '•');
}
