import type { Span } from './place-map.ts';

/** A cluster file as it was written: every scalar is still text. */
export type SourceNode = SourceMap | SourceList | SourceScalar | SourceNothing;

export interface SourceMap {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: readonly SourceEntry[];
}

export interface SourceEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: SourceNode;
}

interface SourceList {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly SourceNode[];
}

export interface SourceScalar {
  readonly kind: 'scalar';
  readonly span: Span;
  readonly text: string;
  /** Written without quotes: YAML would guess a type for it. */
  readonly isPlain: boolean;
}

/** A key without a value, or something that has been reported and is not looked into. */
interface SourceNothing {
  readonly kind: 'nothing';
  readonly span: Span;
  readonly isReported: boolean;
}
