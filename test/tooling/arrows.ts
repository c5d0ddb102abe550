import { isBuiltin } from 'node:module';
import { type Import, type ImportKind, parseImports, resolveImport } from './imports.ts';
import type { RepositoryFile } from './repository.ts';

interface Arrows {
  /** Rooms it may import in any way. */
  readonly rooms: readonly string[];
  /** Rooms it may import types from, and nothing else. */
  readonly types?: readonly string[];
  /** Rooms it may load with `await import()`, and nothing else. */
  readonly lazy?: readonly string[];
  /** Packages it may import; absent: any. */
  readonly packages?: readonly string[];
  /** Whether it may import modules of Node. */
  readonly node: boolean;
}

const base = ['std', 'engine'];
const product = [...base, 'config', 'pki', 'host', 'assets', 'kubernetes', 'provider', 'state', 'cloud-init'];
const provider = { rooms: [...base, 'host', 'provider', 'state'], node: true };
const terminal = { rooms: ['std', 'app', 'operations'], types: ['engine', 'config'], node: true };

/** Who may import whom; a room always may import itself, and a test may import everything. */
const arrows: ReadonlyMap<string, Arrows> = new Map<string, Arrows>([
  ['std', { rooms: [], packages: [], node: true }],
  ['engine', { rooms: ['std'], packages: ['zod'], node: false }],
  ...['pki', 'host', 'state', 'cloud-init'].map((room): [string, Arrows] => [room, { rooms: base, node: true }]),
  ['assets', { rooms: [...base, 'host'], node: true }],
  ['kubernetes', { rooms: [...base, 'config', 'pki'], node: true }],
  ['config', { rooms: base, types: ['provider'], node: true }],
  ['provider', { rooms: base, types: ['state'], packages: [], node: false }],
  ['cluster', { rooms: product, node: true }],
  ['operations', { rooms: product, node: true }],
  ['providers/aws', provider],
  ['providers/local', provider],
  ['providers/simulator', provider],
  [
    'app',
    {
      rooms: [...product, 'cluster', 'operations'],
      lazy: ['providers/aws', 'providers/local', 'providers/simulator'],
      node: true,
    },
  ],
  ['cli', terminal],
  ['server', terminal],
  ['console', { rooms: [], types: ['server'], packages: [], node: false }],
]);

interface Edge extends Import {
  readonly importer: string;
  readonly target: string | undefined;
}

export interface Architecture {
  readonly fileCount: number;
  readonly violations: readonly string[];
}

/** Judges the imports of all files: the arrows, the spelling of an import that crosses rooms, and cycles. */
export function judgeArchitecture(
  files: readonly RepositoryFile[],
  prefixes: ReadonlyMap<string, string>,
): Architecture {
  const known = new Set(files.map(({ path }) => path));
  const edges = files.flatMap(({ path, text }) => edgesOf(path, text, prefixes));
  const violations = [
    ...files.flatMap(({ path }) => (isRoom(roomOf(path)) ? [] : [`${path}: ${roomOf(path)} is no room of the house`])),
    ...edges.flatMap((edge) => judgeEdge(edge, known)),
    ...findCycles(edges),
  ];
  return { fileCount: files.length, violations };
}

/** `src/engine/plan.ts` stands in `engine`, `providers/aws/ec2/vpc.ts` in `providers/aws`. */
function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top === 'src') return second;
  return top === 'providers' ? `${top}/${second}` : top;
}

function isRoom(room: string): boolean {
  return room === 'test' || arrows.has(room);
}

function edgesOf(importer: string, text: string, prefixes: ReadonlyMap<string, string>): readonly Edge[] {
  return parseImports(importer, text).map((parsed) => ({
    ...parsed,
    importer,
    target: resolveImport(importer, parsed.specifier, prefixes),
  }));
}

function judgeEdge(edge: Edge, known: ReadonlySet<string>): readonly string[] {
  const { importer, specifier, target } = edge;
  const here = roomOf(importer);
  const rules = arrows.get(here);
  if (target === undefined) return rules === undefined ? [] : judgeForeign(importer, specifier, rules);
  if (!known.has(target)) return [`${importer}: ${specifier} leads to no file (${target})`];
  const there = roomOf(target);
  const problems: string[] = [];
  if (here !== there && specifier.startsWith('.')) {
    problems.push(`${importer}: ${specifier} crosses into ${there}, write #${there}/…`);
  }
  if (here === there && specifier.startsWith('#')) problems.push(`${importer}: ${specifier} stays at home, write ./…`);
  if (rules !== undefined && here !== there && !allows(rules, there, edge.kind)) {
    problems.push(`${importer}: ${here} may not import ${there} (${specifier}, ${edge.kind})`);
  }
  return problems;
}

function judgeForeign(importer: string, specifier: string, rules: Arrows): readonly string[] {
  if (specifier.startsWith('#')) return [`${importer}: ${specifier} is not in the imports map of package.json`];
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return [`${importer}: write node:${specifier}`];
    return rules.node ? [] : [`${importer}: ${roomOf(importer)} may not import ${specifier}`];
  }
  const name = packageName(specifier);
  const allowed = rules.packages === undefined || rules.packages.includes(name);
  return allowed ? [] : [`${importer}: ${roomOf(importer)} may not import the package ${name}`];
}

function allows(rules: Arrows, room: string, kind: ImportKind): boolean {
  if (rules.rooms.includes(room)) return true;
  if (kind === 'type') return rules.types?.includes(room) ?? false;
  return kind === 'dynamic' && (rules.lazy?.includes(room) ?? false);
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Names each cycle once, by its path. A type may point back, for it leaves nothing behind at run time. */
function findCycles(edges: readonly Edge[]): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const { importer, target, kind } of edges) {
    if (target !== undefined && kind !== 'type') targets.set(importer, [...(targets.get(importer) ?? []), target]);
  }
  const cycles: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push(`cycle: ${[...trail.slice(start), path].join(' → ')}`);
    if (start !== -1 || finished.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return cycles;
}
