import type { Finding, Flaw } from './finding.ts';
import { isError } from './finding.ts';
import type { Part, PlaceMap, Span } from './place-map.ts';
import { maskKnownSecrets } from './secret-pattern.ts';
import { makeHarmless, shorten } from './show.ts';

const PATH_MAX = 200;

/** Collects what is found, each with its place. */
export class FindingList {
  readonly places: PlaceMap;
  readonly #findings: Finding[] = [];
  readonly #spans: Span[] = [];

  constructor(places: PlaceMap) {
    this.places = places;
  }

  /** About the value at a path, or its key. */
  add(path: string, flaw: Flaw, part: Part = 'value'): void {
    this.addAt(this.places.locate(path, part), path, flaw);
  }

  /** About a part of the text itself. */
  addAt(span: Span, path: string, flaw: Flaw): void {
    const { code, what, instead } = flaw;
    this.#spans.push(span);
    this.#findings.push({
      code,
      what: clean(what),
      instead: instead && clean(instead),
      path: shorten(clean(path), PATH_MAX),
      ...this.places.position(span),
    });
  }

  /** In the order of the file. */
  get all(): readonly Finding[] {
    return this.#findings.toSorted((left, right) => left.line - right.line || left.column - right.column);
  }

  get hasErrors(): boolean {
    return this.#findings.some(isError);
  }

  /** Whether a path, all in it and all above it are free of errors: only then can more be concluded from it. */
  isSound(path: string): boolean {
    return !this.#findings.some((finding) => isError(finding) && areRelated(finding.path, path));
  }

  /** Whether a part of the text has been reported as this already, alone or with what is around it. */
  isReported(code: Flaw['code'], { start }: Span): boolean {
    return this.#spans.some((span, index) => {
      return this.#findings[index]?.code === code && span.start <= start && start < Math.max(span.end, span.start + 1);
    });
  }
}

/** What comes from the file may hold a secret or something that a terminal obeys. */
function clean(words: string): string {
  return makeHarmless(maskKnownSecrets(words));
}

function areRelated(left: string, right: string): boolean {
  return left === right || isWithin(left, right) || isWithin(right, left);
}

function isWithin(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}
