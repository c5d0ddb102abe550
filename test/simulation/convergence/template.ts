import { canonicalJson } from '#std/canonical-json.ts';
import { parseAddress, type Address } from '#engine/address.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import type { Ref } from '#engine/ref.ts';
import type { Casting, Role } from './casting.ts';

/** An output of another part: known only once that part is there. */
export interface OutputOf {
  readonly of: string;
  readonly output: 'id' | 'free' | 'fixed';
}

type Value = string | OutputOf;

/** One abstract resource: what may change while it lives, what may not, and what it stands on. */
export interface Part {
  readonly free?: Value;
  readonly fixed?: Value;
  /** It refers to the id of that part: as an attachment to it, or by a value that may change. */
  readonly on?: string;
  /** It comes after those parts without a value of theirs. */
  readonly after?: readonly string[];
  readonly retain?: boolean;
}

export type Template = Readonly<Record<string, Part>>;

export const NOTHING: Template = {};

export function freeOf(part: string): OutputOf {
  return { of: part, output: 'free' };
}

export function addressOf(part: string): Address {
  return parseAddress(part.toLowerCase());
}

export function blueprintOf(template: Template, casting: Casting): Blueprint {
  const builder = new BlueprintBuilder();
  for (const [name, part] of Object.entries(template)) {
    const role = casting.roleOf(name, part);
    const inputs = { ...role.constants(name), ...mapValues(valuesOf(name, part, role), asInput) };
    const { after = [], retain = false } = part;
    builder.declare(role.type, addressOf(name), inputs, { dependsOn: after.map(addressOf), retain });
  }
  return builder.build();
}

/** What the account is to hold in the end: one line for each part, in the words of `normalForm`. */
export function formOf(template: Template, casting: Casting): readonly string[] {
  const lines = Object.entries(template).map(([name, part]) => {
    const role = casting.roleOf(name, part);
    const values = mapValues(valuesOf(name, part, role), (value) => resolve(template, casting, value));
    return `${addressOf(name)} ${role.type.kind} ${canonicalJson({ ...role.constants(name), ...values })}`;
  });
  return lines.toSorted();
}

type Values = Readonly<Record<string, Value>>;

/** Under the names by which the account knows them. */
function valuesOf(name: string, { free, fixed, on }: Part, { names, isAttachment }: Role): Values {
  const own = { [names.free]: free ?? `${name}-free`, [names.fixed]: fixed ?? `${name}-fixed` };
  if (on === undefined) return own;
  return { ...own, [isAttachment ? names.fixed : names.free]: { of: on, output: 'id' } };
}

function asInput(value: Value): string | Ref<string> {
  return typeof value === 'string' ? value : { $ref: addressOf(value.of), output: value.output };
}

function resolve(template: Template, casting: Casting, value: Value): string {
  if (typeof value === 'string') return value;
  const { of, output } = value;
  if (output === 'id') return addressOf(of);
  const part = template[of];
  if (part === undefined) throw new RangeError(`The template has no ${of}.`);
  const role = casting.roleOf(of, part);
  return resolve(template, casting, valuesOf(of, part, role)[role.names[output]] ?? '');
}

function mapValues<From, To>(values: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
