import type { Command as Parser } from 'commander';
import type { App, RunEvent } from '#app/app.ts';
import type { Problem } from '#engine/problem.ts';
import type { Clock } from '#std/clock.ts';
import type { Environment } from '#std/environment.ts';
import type { Files } from '#std/files.ts';
import type { Terminal } from '#std/terminal.ts';
import type { ClusterAnswers } from '#config/render-cluster-file.ts';
import type { Exit } from './exit-codes.ts';
import type { Interrupts } from './interrupts.ts';
import { UsageError } from './usage-error.ts';
import type { Palette } from './views/palette.ts';

/** What the command line stands on. */
export interface World {
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly files: Files;
  openApp(emit: (event: RunEvent) => void, manner?: AppManner): Promise<App>;
  asProblem(error: unknown): Promise<Problem>;
  readonly clusterFiles: ClusterFiles;
  /** What the credentials of an operator must allow; the policy is for the partition of the region. */
  permissions(region: string | undefined): Promise<NeededPermissions>;
}

interface NeededPermissions {
  readonly permissions: readonly { readonly action: string; readonly for: readonly string[] }[];
  readonly policy: object;
}

/** What was said of the account rather than of a cluster. */
interface AppManner {
  readonly emulator?: number | undefined;
}

/** What the program knows of cluster files without any cluster. */
interface ClusterFiles {
  render(answers: ClusterAnswers): Promise<string>;
  /** What is wrong with the answer to one question; the others may still be open. */
  flawIn(answers: Partial<ClusterAnswers>, key: keyof ClusterAnswers): Promise<string | undefined>;
  /** Throws a Problem that lists all that is wrong. */
  check(text: string, title: string): Promise<void>;
  defaultRegionOf(provider: ClusterAnswers['provider']): Promise<string>;
  /** Of one field, or of all. */
  explain(path: string | undefined): Promise<string>;
  /** For editors: a JSON Schema. */
  schema(): Promise<object>;
}

/** For the next command that a problem names. */
interface Meant {
  /** What to type to mean the cluster: its name, or its file. */
  cluster?: string;
  file?: string;
  /** The command itself: what has not begun is begun by it, not by apply. */
  again?: string;
}

export interface CommandContext extends World {
  readonly palette: Palette;
  /** One line of JSON for each thing to say. */
  readonly isJson: boolean;
  readonly isPlain: boolean;
  readonly interrupts: Interrupts;
  /** The cluster that the command is about, once it is known: for what goes wrong. */
  readonly meant: Meant;
}

/** One option as data: its name is its key in the command, in kebab-case. */
export interface Option<Value> {
  readonly summary: string;
  /** Stands for the value in help; absent: the option takes none. */
  readonly value?: string;
  readonly letter?: string;
  /** It is on, and `--no-…` turns it off. */
  readonly isOnByDefault?: boolean;
  /** Throws a UsageError. */
  readonly parse: (text: string) => Value;
}

type OptionsShape = Readonly<Record<string, Option<unknown>>>;

export type Values<Options> = {
  readonly [Key in keyof Options]: Options[Key] extends Option<infer Value> ? Value | undefined : never;
};

interface Argument {
  /** `NAME`, or `[NAME]` when it may be left out. */
  readonly name: string;
  readonly summary: string;
}

interface Definition<Options extends OptionsShape> {
  readonly example: string;
  readonly arguments: readonly Argument[];
  readonly options: Options;
  run(
    context: CommandContext,
    input: { readonly words: readonly string[]; readonly options: Values<Options> },
  ): Promise<Exit>;
}

type Parsed = Pick<Parser, 'args' | 'opts'>;

/** A command with its types erased: what the parser works with. */
export interface Command {
  readonly example: string;
  readonly arguments: readonly Argument[];
  readonly options: OptionsShape;
  run(context: CommandContext, parsed: Parsed): Promise<Exit>;
}

export function defineCommand<const Options extends OptionsShape>(definition: Definition<Options>): Command {
  return {
    ...definition,
    run: (context, parsed) => definition.run(context, { words: parsed.args, options: parsed.opts<Values<Options>>() }),
  };
}

export function flag(
  summary: string,
  more: { readonly letter?: string; readonly isOnByDefault?: boolean } = {},
): Option<boolean> {
  return { summary, ...more, parse: () => true };
}

export function text(value: string, summary: string, letter?: string): Option<string> {
  return { value, summary, parse: (given) => given, ...(letter === undefined ? {} : { letter }) };
}

export function list(value: string, summary: string): Option<readonly string[]> {
  return { value, summary, parse: splitList };
}

export function choice<const Choice extends string>(choices: readonly Choice[], summary: string): Option<Choice> {
  return { value: choices.join('|'), summary, parse: (given) => chosen(choices, given) };
}

export function count(summary: string, max = 1_000): Option<number> {
  return { value: 'N', summary, parse: (given) => wholeNumber(given, max) };
}

export function decimal(value: string, summary: string): Option<number> {
  return { value, summary, parse: (given) => finiteNumber(given) };
}

export function splitList(given: string): readonly string[] {
  return given.split(/[\s,]+/).filter((part) => part !== '');
}

export function wholeNumber(given: string, max: number): number {
  const value = /^\d{1,9}$/.test(given.trim()) ? Number(given) : Number.NaN;
  if (value <= max) return value;
  throw new UsageError(`"${given}" is not a whole number from 0 to ${max}.`);
}

export function chosen<const Choice extends string>(choices: readonly Choice[], given: string): Choice {
  const found = choices.find((name) => name === given.trim().toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(`"${given}" is none of ${choices.join(', ')}.`);
}

function finiteNumber(given: string): number {
  const value = given.trim() === '' ? Number.NaN : Number(given);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`"${given}" is not a number.`);
}
