import type { AssetOrder } from './assets.ts';
import type { StandingNode } from './standing-nodes.ts';

/** What speaks against going from what the nodes run to what a lock says; one line each. Nothing: it can be gone. */
export interface Objections {
  readonly downgrades: readonly string[];
  /** More than one minor version in one step. */
  readonly leaps: readonly string[];
  /** Of programs that do not go together. */
  readonly skews: readonly string[];
  /** Which of them is newer nobody can tell. */
  readonly unreadable: readonly string[];
}

const SERVER = 'kube-apiserver';

/** Of those nobody may pass over a minor version. */
const BY_ONE: readonly string[] = ['etcd', SERVER, 'kube-controller-manager', 'kube-scheduler'];

/** How many minor versions each may be behind the server of the API. None may be ahead. */
const BEHIND: ReadonlyMap<string, number> = new Map([
  ['kube-controller-manager', 1],
  ['kube-scheduler', 1],
  ['kubelet', 3],
  ['kube-proxy', 3],
]);

const JUDGED: readonly string[] = [...BY_ONE, ...BEHIND.keys()];

interface Version {
  readonly text: string;
  readonly numbers: readonly [major: number, minor: number, patch: number];
}

/**
 * | rule                                                              | is broken by                    |
 * |-------------------------------------------------------------------|---------------------------------|
 * | nothing becomes older                                             | a lock from before              |
 * | servers, and what is beside them, go one minor version at a time  | a lock that passes over one     |
 * | nothing is newer than the server of the API                       | a lock whose parts do not fit   |
 * | controllers are at most 1 minor version behind it, nodes 3        | the same; nodes that were never updated |
 */
export function objectionsTo(
  standing: readonly Pick<StandingNode, 'name' | 'runs'>[],
  lock: readonly AssetOrder[],
  known: ReadonlyMap<string, AssetOrder>,
): Objections {
  const goal = new Map(lock.flatMap((order) => (JUDGED.includes(order.name) ? [[order.name, order] as const] : [])));
  const used = new Set(standing.flatMap(({ runs }) => Object.keys(runs)));
  const moves = movesTo(standing, goal, known);
  const server = readVersion(goal.get(SERVER)?.version);
  const unreadable = [...goal.values()]
    .filter(({ name, version }) => used.has(name) && readVersion(version) === undefined)
    .map(({ name, version }) => `${name}: "${version ?? ''}" is no version such as 1.36.2.`);
  const skews = server === undefined ? [] : skewsBeside(server, goal, moves);
  return {
    downgrades: moves.filter(({ from, to }) => compare(from, to) > 0).map(inWords),
    leaps: moves.filter(({ name, from, to }) => BY_ONE.includes(name) && isLeap(from, to)).map(inWords),
    skews: used.has(SERVER) ? [...new Set(skews)] : [],
    unreadable,
  };
}

interface Move {
  readonly node: string;
  readonly name: string;
  readonly from: Version;
  readonly to: Version;
}

/** Of what nobody knows the version any more nothing can be said. */
function movesTo(
  standing: readonly Pick<StandingNode, 'name' | 'runs'>[],
  goal: ReadonlyMap<string, AssetOrder>,
  known: ReadonlyMap<string, AssetOrder>,
): readonly Move[] {
  return standing.flatMap(({ name: node, runs }) =>
    Object.entries(runs).flatMap(([name, sha256]) => {
      const [from, to] = [readVersion(known.get(sha256)?.version), readVersion(goal.get(name)?.version)];
      return from === undefined || to === undefined ? [] : [{ node, name, from, to }];
    }),
  );
}

/** As it is to be, and on the way there: servers go first, so that nodes meet the new one as they are. */
function skewsBeside(
  server: Version,
  goal: ReadonlyMap<string, AssetOrder>,
  moves: readonly Move[],
): readonly string[] {
  const wanted = [...goal.values()].flatMap(({ name, version }) => {
    const own = readVersion(version);
    return own === undefined ? [] : skewOf(server, { name, own, whose: 'the lock' });
  });
  const met = moves
    .filter(({ name, from }) => !BY_ONE.includes(name) && compare(from, server) < 0)
    .flatMap(({ node, name, from }) => skewOf(server, { name, own: from, whose: node }));
  return [...wanted, ...met];
}

function skewOf(
  server: Version,
  { name, own, whose }: { name: string; own: Version; whose: string },
): readonly string[] {
  const behind = BEHIND.get(name);
  if (behind === undefined) return [];
  const said = `${whose}: ${name} ${own.text} beside ${SERVER} ${server.text}`;
  const minors = minorsBetween(own, server);
  if (minors < 0) return [`${said}: it is ahead.`];
  return minors > behind ? [`${said}: it is ${minors} minor versions behind, and may be ${behind}.`] : [];
}

function isLeap(from: Version, to: Version): boolean {
  return from.numbers[0] !== to.numbers[0] || minorsBetween(from, to) > 1;
}

/** How far the first is behind the second. Another major version is farther than all. */
function minorsBetween(first: Version, second: Version): number {
  const majors = second.numbers[0] - first.numbers[0];
  return majors === 0 ? second.numbers[1] - first.numbers[1] : majors * Infinity;
}

function compare(left: Version, right: Version): number {
  const index = left.numbers.findIndex((number, at) => number !== right.numbers[at]);
  return index === -1 ? 0 : (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0);
}

function inWords({ node, name, from, to }: Move): string {
  return `${node}: ${name} ${from.text} → ${to.text}`;
}

const VERSION = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:$|[^\d.])/;

/** What stands behind the numbers is how it was built: it makes no version newer than another. */
function readVersion(text: string | undefined): Version | undefined {
  const [, major, minor, patch = '0'] = VERSION.exec(text ?? '') ?? [];
  if (text === undefined || major === undefined || minor === undefined) return undefined;
  return { text, numbers: [Number(major), Number(minor), Number(patch)] };
}
