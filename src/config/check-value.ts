import { asLatin, didYouMean } from './did-you-mean.ts';
import type { Form } from './field.ts';
import type { Flaw } from './finding.ts';
import type { ScalarKind } from './scalar.ts';
import { findSecrets, namesSecret } from './secret-pattern.ts';
import { enumerate, show } from './show.ts';
import { hiddenCharacterIn, nameCharacter } from './text-guard.ts';

type ScalarForm = Extract<Form, { readonly type: ScalarKind | 'choice' }>;

/** What is wrong with a value whose type is right. */
export function checkValue(form: ScalarForm, value: string | number | boolean): Flaw | undefined {
  switch (form.type) {
    case 'text':
      return (
        checkHidden(String(value)) ??
        (form.isFree ? undefined : checkCharacters(String(value))) ??
        form.check(String(value))
      );
    case 'choice':
      return checkHidden(String(value)) ?? checkCharacters(String(value)) ?? checkChoice(form, String(value));
    case 'whole number':
    case 'number':
      return checkRange(form, Number(value));
    case 'true or false':
      return undefined;
  }
}

/** A value that gives itself away; the words about it never hold it. */
export function checkSecret(text: string): Flaw | undefined {
  const [secret] = findSecrets(text);
  return secret && secretFlaw(secret.name);
}

/** A key that is a secret or says that one follows. */
export function checkSecretKey(key: string): Flaw | undefined {
  return checkSecret(key) ?? (namesSecret(key) ? secretFlaw(`a key for a secret, ${show(key)}`) : undefined);
}

export function secretFlaw(name: string): Flaw {
  const instead = 'Take it out, and withdraw it at its issuer: it has been written down.';
  return { code: 'config.secret-inline', what: `Here stands ${name}.`, instead };
}

export function checkHidden(text: string): Flaw | undefined {
  const name = hiddenCharacterIn(text);
  const what = `${show(text)} has a character that cannot be seen: ${name}.`;
  return name === undefined ? undefined : { code: 'config.hidden-character', what, instead: 'Type it anew.' };
}

export function checkForeign(text: string, instead?: string): Flaw | undefined {
  const [character] = /[^\0-\u007F]/u.exec(text) ?? [];
  if (character === undefined) return undefined;
  const what = `${show(text)} has ${alphabetOf(character)} in it: ${character} (${nameCharacter(character)}).`;
  const latin = asLatin(text);
  const meant = latin === undefined ? undefined : `Did you mean ${show(latin)}?`;
  return { code: 'config.lookalike-character', what, instead: instead ?? meant };
}

/** What a shell, a path or a URL would take for more than a letter. */
const UNSAFE = /[`$;&|<>(){}\\"'!\n\t]|\.\.|^[/~]/;

function checkCharacters(text: string): Flaw | undefined {
  const foreign = checkForeign(text);
  if (foreign !== undefined) return foreign;
  const [unsafe] = UNSAFE.exec(text) ?? [];
  if (unsafe === undefined) return undefined;
  return { code: 'config.unsafe-character', what: `${show(text)} has ${show(unsafe)} in it.` };
}

function checkChoice(
  { values, aliases, code }: Extract<Form, { readonly type: 'choice' }>,
  value: string,
): Flaw | undefined {
  if (values.includes(value)) return undefined;
  const alias = new Map(Object.entries(aliases)).get(value.toLowerCase());
  const instead = alias === undefined ? didYouMean(value, values) : `Did you mean ${show(alias)}?`;
  return { code, what: `${show(value)} is not ${enumerate(values, 'or')}.`, instead };
}

function checkRange({ min, max }: { readonly min: number; readonly max: number }, value: number): Flaw | undefined {
  if (value >= min && value <= max) return undefined;
  return { code: 'config.out-of-range', what: `${value} is not between ${min} and ${max}.` };
}

function alphabetOf(character: string): string {
  if (/\p{Script=Cyrillic}/u.test(character)) return 'a Cyrillic letter';
  if (/\p{Script=Greek}/u.test(character)) return 'a Greek letter';
  return 'a character that is not ASCII';
}
