import type { Flaw } from './finding.ts';
import { shorten, show } from './show.ts';
import type { SourceScalar } from './source-tree.ts';

/** What a scalar was read as, or why it was not. */
export type Reading = { readonly value: string | number | boolean } | { readonly flaw: Flaw };
export type ScalarKind = 'text' | 'whole number' | 'number' | 'true or false';

/** Reads a scalar as what the schema expects there, and never guesses. */
export function readScalar(scalar: SourceScalar, kind: ScalarKind): Reading {
  switch (kind) {
    case 'text':
      return readText(scalar);
    case 'whole number':
    case 'number':
      return readNumber(scalar, kind);
    case 'true or false':
      return readBoolean(scalar);
  }
}

const NULL_WORD = /^(?:~|null|Null|NULL)$/;
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;
/** Booleans in YAML 1.1, text in YAML 1.2. */
const OLD_BOOLEAN = /^(?:y|n|yes|no|on|off)$/i;
const WHOLE_NUMBER = /^-?(?:0|[1-9][0-9]*)$/;
const DECIMAL_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
/** Signs, octal, hexadecimal, exponents, digit groups, base 60, infinity: each reader has its own idea. */
const STRANGE_NUMBER =
  /^[-+]?(?:0[xob][0-9a-f_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?|\.[0-9][0-9_]*(?:e[-+]?[0-9]+)?|\.inf|[0-9]+(?::[0-5]?[0-9])+)$|^\.nan$/i;

function readText({ text, isPlain }: SourceScalar): Reading {
  if (!isPlain) return { value: text };
  if (NULL_WORD.test(text)) return flawed('config.empty-value', `${text} means "no value".`, 'Leave the key out.');
  if (BOOLEAN.test(text) || OLD_BOOLEAN.test(text)) {
    return flawed('config.boolean-trap', `${text} is a boolean to some readers; text is expected.`, quoted(text));
  }
  if (STRANGE_NUMBER.test(text)) {
    return flawed('config.number-trap', `${shorten(text)} is a number to YAML; text is expected.`, quoted(text));
  }
  return { value: text };
}

function readNumber({ text, isPlain }: SourceScalar, kind: 'whole number' | 'number'): Reading {
  const expected = `A ${kind} is expected.`;
  if (!isPlain) {
    const instead = DECIMAL_NUMBER.test(text) ? 'Write it without quotes.' : undefined;
    return flawed('config.wrong-type', `This is text, not a ${kind}.`, instead);
  }
  if (NULL_WORD.test(text))
    return flawed('config.empty-value', `${text} means "no value". ${expected}`, 'Leave the key out.');
  const isWell = kind === 'number' ? DECIMAL_NUMBER.test(text) : WHOLE_NUMBER.test(text);
  if (!isWell) {
    return STRANGE_NUMBER.test(text)
      ? flawed(
          'config.number-trap',
          `${shorten(text)} can be read in more than one way. ${expected}`,
          'Use decimal digits only.',
        )
      : flawed('config.wrong-type', `${show(text)} is not a ${kind}.`);
  }
  const value = Number(text);
  return Math.abs(value) > Number.MAX_SAFE_INTEGER
    ? flawed('config.number-too-large', `${shorten(text)} cannot be held exactly.`)
    : { value: value === 0 ? 0 : value };
}

function readBoolean({ text, isPlain }: SourceScalar): Reading {
  if (isPlain && BOOLEAN.test(text)) return { value: text.toLowerCase() === 'true' };
  if (isPlain && NULL_WORD.test(text)) {
    return flawed('config.empty-value', `${text} means "no value"; true or false is expected.`, 'Leave the key out.');
  }
  if (OLD_BOOLEAN.test(text)) {
    const meant = /^(?:y|yes|on)$/i.test(text);
    return flawed('config.boolean-trap', `${text} is a boolean to some readers only.`, `Write ${meant}.`);
  }
  return flawed('config.wrong-type', `${show(text)} is neither true nor false.`);
}

function flawed(code: Flaw['code'], what: string, instead?: string): Reading {
  return { flaw: { code, what, instead } };
}

function quoted(text: string): string {
  return `If that is what you mean, write '${shorten(text)}'.`;
}
