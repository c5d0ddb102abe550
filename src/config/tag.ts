import type { Flaw } from './finding.ts';
import { show } from './show.ts';
import { nameCharacter } from './text-guard.ts';

/** A hosted zone of Route 53 takes ten tags, and two are the cluster's own marks. */
export const TAGS_MAX = 8;

const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

/** ASCII that no service takes; every one takes letters and digits of all alphabets. */
const REFUSED_ASCII = String.raw`\x00-\x1f!-*,;<>?[-^\x60{-\x7f`;
const REFUSED = new RegExp(`[${REFUSED_ASCII}]|[^\\0-\\x7f\\p{L}\\p{N}]`, 'u');

/** As much of the rules as a pattern can say that every editor understands. */
export const TAG_KEY_PATTERN = `^(?! |[aA][wW][sS]:|bootstrap:|[nN][aA][mM][eE]$)[^${REFUSED_ASCII}]{0,${LONGEST_KEY - 1}}[^ ${REFUSED_ASCII}]$`;
export const TAG_VALUE_PATTERN = `^(?! |[aA][wW][sS]:)([^${REFUSED_ASCII}]{0,${LONGEST_VALUE - 1}}[^ ${REFUSED_ASCII}])?$`;

/** The key of a tag beside those that stand before it, by the strictest rules of all services that a cluster is made of. */
export function checkTagKey(key: string, before: readonly string[]): Flaw | undefined {
  return (
    checkCount(before.length) ??
    (key === '' ? invalid('It is empty.') : undefined) ??
    checkText(key, { noun: 'key', longest: LONGEST_KEY }) ??
    checkReserved(key) ??
    checkTwin(key, before)
  );
}

export function checkTagValue(value: string): Flaw | undefined {
  const flaw = checkText(value, { noun: 'value', longest: LONGEST_VALUE });
  return flaw ?? (isOfAws(value) ? reserved(value, 'AWS keeps all that begins with "aws:" to itself.') : undefined);
}

/** Told once, where the first one too many stands. */
function checkCount(before: number): Flaw | undefined {
  if (before !== TAGS_MAX) return undefined;
  const what = `This is one tag more than ${TAGS_MAX}: a hosted zone of Route 53 takes ten, and two are the cluster's own.`;
  return { code: 'config.out-of-range', what, instead: 'Keep those that costs and ownership are told by.' };
}

function checkText(
  text: string,
  { noun, longest }: { readonly noun: string; readonly longest: number },
): Flaw | undefined {
  if (text.length > longest) return invalid(`This ${noun} has ${text.length} characters; the longest has ${longest}.`);
  if (text !== text.trim()) return invalid(`${show(text)} begins or ends with a blank.`, `Write ${show(text.trim())}.`);
  const [character] = REFUSED.exec(text) ?? [];
  if (character === undefined) return undefined;
  const name = /[ -~]/.test(character) ? '' : ` (${nameCharacter(character)})`;
  const instead = 'It may have letters, digits, spaces and _ . : / = + - @ only.';
  return invalid(`${show(text)} has ${show(character)}${name} in it.`, instead);
}

function checkReserved(key: string): Flaw | undefined {
  const folded = key.toLowerCase();
  if (isOfAws(key)) return reserved(key, 'AWS keeps all that begins with "aws:" to itself.');
  if (folded.startsWith('bootstrap:')) return reserved(key, 'The marks of the cluster begin with "bootstrap:".');
  if (folded === 'name') return reserved(key, 'The tag "Name" shows which part of the cluster a thing is.');
  if (key === '__proto__') return reserved(key, 'Programs take it for something else than a key.');
  return undefined;
}

function isOfAws(text: string): boolean {
  return text.toLowerCase().startsWith('aws:');
}

/** IAM takes keys that differ in case only for one. */
function checkTwin(key: string, before: readonly string[]): Flaw | undefined {
  const twin = before.find((other) => other.toLowerCase() === key.toLowerCase());
  if (twin === undefined) return undefined;
  const what = `${show(key)} differs from ${show(twin)} above in case only, and IAM takes them for one.`;
  return { code: 'config.duplicate-key', what, instead: 'Keep one of them.' };
}

function invalid(what: string, instead?: string): Flaw {
  return { code: 'config.tag-invalid', what, instead };
}

function reserved(text: string, why: string): Flaw {
  return { code: 'config.tag-reserved', what: `${show(text)} is reserved. ${why}`, instead: 'Choose another one.' };
}
