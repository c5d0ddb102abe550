import { z } from 'zod';

export const Tags = z.record(z.string(), z.string());
export type Tags = Readonly<Record<string, string>>;

interface Taggable {
  readonly tags: Tags;
}

/** One kind of object in the account. Its values are immutable JSON: change one by putting another in its place. */
export interface Kind<T extends Taggable = Taggable> {
  readonly name: string;
  /** Whether each region has its own, or the account has one set. */
  readonly scope: 'region' | 'account';
  readonly schema: z.ZodType<T>;
  /** Whether it still counts as there, for those who check what is left over. @default always */
  isAlive?(value: T, nowMs: number): boolean;
}

export function defineKind<T extends Taggable>(kind: Kind<T>): Kind<T> {
  return kind;
}

/** An object as a checker sees it: the truth, without lag. */
export interface WalkedObject {
  readonly kind: string;
  /** Empty for what is global in an account. */
  readonly region: string;
  readonly id: string;
  readonly tags: Tags;
  readonly createdAtMs: number;
  /** False for what only its trace is left of, such as a terminated instance. */
  readonly isAlive: boolean;
}
