import type * as YamlPackage from 'yaml';
import type { Pair, ParsedNode } from 'yaml';
import type { FindingList } from './finding-list.ts';
import { pathOf } from './finding.ts';
import type { Span } from './place-map.ts';
import { shorten, show } from './show.ts';
import type { SourceEntry, SourceNode } from './source-tree.ts';

type Yaml = Pick<typeof YamlPackage, 'isAlias' | 'isMap' | 'isSeq' | 'isScalar' | 'Scalar'>;
type Node = ParsedNode | null;

/** A thing and where it stands. */
interface Placed {
  readonly path: string;
  readonly span: Span;
  /** A key may have dots in it, so that a path does not show it. */
  readonly depth: number;
}

const NODES_MAX = 2_000;
const DEPTH_MAX = 16;

/** Turns the nodes of the YAML parser into ours, and refuses what hides where a value comes from. */
export class TreeBuilder {
  readonly #yaml: Yaml;
  readonly #findings: FindingList;
  #nodeCount = 0;

  constructor(yaml: Yaml, findings: FindingList) {
    this.#yaml = yaml;
    this.#findings = findings;
  }

  build(root: ParsedNode): SourceNode {
    const tree = this.#convert(root, { path: '', span: { start: 0, end: 0 }, depth: 0 });
    this.#findings.places.record('', 'value', { start: tree.span.start, end: tree.span.start });
    return tree;
  }

  #convert(node: Node, around: Placed): SourceNode {
    this.#nodeCount += 1;
    const { path } = around;
    const here = { ...around, span: spanOf(node, around.span) };
    const { span } = here;
    const isEmpty = node === null || this.#isEmpty(node);
    // A key without a value is shown by its key; an entry of a list has none.
    if (!isEmpty || path.endsWith(']')) this.#findings.places.record(path, 'value', span);
    if (node !== null && this.#refuses(node, here)) return { kind: 'nothing', span, isReported: true };
    return isEmpty ? { kind: 'nothing', span, isReported: false } : this.#convertContent(node, here);
  }

  #convertContent(node: ParsedNode, here: Placed): SourceNode {
    const { path, span } = here;
    if (this.#yaml.isMap(node)) return { kind: 'map', span, entries: this.#convertPairs(node.items, here) };
    if (this.#yaml.isSeq(node)) {
      const depth = here.depth + 1;
      const items = node.items.map((item, index) => this.#convert(item, { path: pathOf(path, index), span, depth }));
      return { kind: 'list', span, items };
    }
    return { kind: 'scalar', span, text: this.#textOf(node), isPlain: this.#isPlain(node) };
  }

  #convertPairs(pairs: readonly Pair<ParsedNode, Node>[], around: Placed): readonly SourceEntry[] {
    const entries = new Map<string, SourceEntry>();
    const depth = around.depth + 1;
    for (const pair of pairs) {
      const keySpan = spanOf(pair.key, around.span);
      const key = this.#readKey(pair.key, { ...around, span: keySpan });
      if (key === undefined) continue;
      const path = pathOf(around.path, key);
      if (entries.has(key)) {
        const what = `${show(key)} stands here for the second time.`;
        this.#findings.addAt(keySpan, path, { code: 'config.duplicate-key', what });
        continue;
      }
      this.#findings.places.record(path, 'key', keySpan);
      entries.set(key, { key, keySpan, value: this.#convert(pair.value, { path, span: keySpan, depth }) });
    }
    return [...entries.values()];
  }

  #readKey(node: Node, around: Placed): string | undefined {
    const { path, span } = around;
    if (this.#yaml.isAlias(node) && this.#refusesReference(node, around)) return undefined;
    const key = node === null ? '' : this.#textOf(node);
    if (node === null || key === '') {
      this.#findings.addAt(span, path, { code: 'config.complex-key', what: 'A key must be one word.' });
      return undefined;
    }
    if (key === '<<') {
      const what = '"<<" would merge another mapping into this one.';
      const instead = 'Write the keys themselves.';
      this.#findings.addAt(span, pathOf(path, key), { code: 'config.merge-key', what, instead });
      return undefined;
    }
    const here = { ...around, path: pathOf(path, key) };
    return this.#refusesReference(node, here) || this.#refusesTag(node, here) ? undefined : key;
  }

  #textOf(node: ParsedNode): string {
    return this.#yaml.isScalar(node) ? String(node.value) : '';
  }

  #isPlain(node: ParsedNode): boolean {
    return this.#yaml.isScalar(node) && node.type === this.#yaml.Scalar.PLAIN;
  }

  #isEmpty(node: ParsedNode): boolean {
    return this.#isPlain(node) && this.#textOf(node) === '';
  }

  #refuses(node: ParsedNode, here: Placed): boolean {
    return this.#refusesSize(here) || this.#refusesReference(node, here) || this.#refusesTag(node, here);
  }

  /** An alias is nothing to go on from; what only has an anchor is read all the same. */
  #refusesReference(node: ParsedNode, { path, span }: Placed): boolean {
    if (this.#yaml.isAlias(node)) {
      const what = `*${shorten(node.source)} stands for a value from elsewhere.`;
      this.#findings.addAt(span, path, { code: 'config.anchor', what, instead: 'Write the value itself.' });
      return true;
    }
    if (node.anchor !== undefined) {
      const what = `&${shorten(node.anchor)} marks a value to be repeated elsewhere.`;
      this.#findings.addAt(span, path, { code: 'config.anchor', what, instead: 'Write each value where it is read.' });
    }
    return false;
  }

  #refusesTag({ tag }: ParsedNode, { path, span }: Placed): boolean {
    if (tag === undefined) return false;
    const what = `The YAML tag ${shorten(tag)} is not allowed.`;
    this.#findings.addAt(span, path, { code: 'config.tag', what, instead: 'Delete it.' });
    return true;
  }

  #refusesSize({ path, span, depth }: Placed): boolean {
    const code = 'config.too-large';
    if (this.#nodeCount === NODES_MAX) {
      const what = `From here on nothing is read: there are more than ${NODES_MAX} values.`;
      this.#findings.addAt(span, '', { code, what });
    }
    const isTooDeep = depth > DEPTH_MAX;
    if (isTooDeep)
      this.#findings.addAt(span, path, { code, what: `This is nested more than ${DEPTH_MAX} levels deep.` });
    return isTooDeep || this.#nodeCount >= NODES_MAX;
  }
}

function spanOf(node: Node, around: Span): Span {
  return node === null ? around : { start: node.range[0], end: node.range[1] };
}
