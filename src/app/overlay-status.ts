import { z } from 'zod';
import { PeerList } from '#host/peer-board.ts';
import { type Asking, askNodes, type NodeAnswer, type SilentNode } from './every-node.ts';

/**
 * | link  | when                                                                   |
 * |-------|------------------------------------------------------------------------|
 * | up    | both have shaken hands within three minutes, as they do every two      |
 * | stale | they did once, and no longer do                                        |
 * | never | they never did                                                         |
 */
type LinkState = 'up' | 'stale' | 'never';

/** What one node knows of another. */
export interface OverlayLink {
  /** Its name; undefined: its key is on no list. */
  readonly peer: string | undefined;
  readonly publicKey: string;
  /** Where it was last heard from, or is to be. */
  readonly endpoint: string | undefined;
  readonly state: LinkState;
  readonly handshakeAgeS: number | undefined;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** The best of some pings there and back; undefined: none came back, or none was sent. */
  readonly latencyMs: number | undefined;
}

export interface OverlayNode {
  readonly node: string;
  /** Whether it has the interface at all. */
  readonly isUp: boolean;
  /** Whether pings were sent. */
  readonly isMeasured: boolean;
  readonly links: readonly OverlayLink[];
  /** Who is on its list, and is unknown to its interface. */
  readonly lacks: readonly string[];
}

export interface OverlayStatus {
  readonly nodes: readonly OverlayNode[];
  readonly silent: readonly SilentNode[];
}

const FRESH_S = 180;

/** How every node, or some, stand with all others on the overlay. */
export async function overlayStatus(
  asking: Asking,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<OverlayStatus> {
  const { heard, silent } = await askNodes(asking, { look: 'overlay', nodes }, signal);
  const said = heard.map(readAnswer);
  const names = new Map(said.flatMap(({ listed }) => [...listed]));
  for (const { node, ownKey } of said) if (ownKey !== undefined) names.set(ownKey, node);
  return { nodes: said.map((answer) => nodeFrom(answer, names)), silent };
}

interface Said {
  readonly node: string;
  readonly atS: number;
  /** Undefined: there is no interface. */
  readonly ownKey: string | undefined;
  readonly peers: readonly SaidPeer[];
  /** By addresses; undefined: it has no means to find out. */
  readonly latencies: ReadonlyMap<string, number> | undefined;
  /** Names by keys. */
  readonly listed: ReadonlyMap<string, string>;
}

interface SaidPeer {
  readonly publicKey: string;
  readonly endpoint: string;
  readonly ranges: readonly string[];
  /** Zero: never. */
  readonly handshakeS: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

function readAnswer({ node, sections }: NodeAnswer): Said {
  const [own, ...peers] = rowsOf(sections.get('interface'), '\t');
  return {
    node,
    atS: Number(sections.get('clock')),
    ownKey: own?.[0],
    peers: peers.flatMap(readPeer),
    latencies: latenciesIn(sections.get('latency')),
    listed: new Map(peersIn(sections.get('peers')).map(({ publicKey, node: name }) => [publicKey, name])),
  };
}

/** `10.64.0.2 0.81`; an address alone has not answered. */
function latenciesIn(text: string | undefined): Said['latencies'] {
  if (text === undefined) return undefined;
  return new Map(
    rowsOf(text, ' ').flatMap(([address = '', ms = '']): readonly (readonly [string, number])[] =>
      /^[\d.]+$/.test(ms) ? [[address, Number(ms)]] : [],
    ),
  );
}

const Count = z.string().regex(/^\d+$/).transform(Number);
const PeerRow = z.tuple([z.string(), z.string(), z.string(), Count, Count, Count]);

function readPeer(row: readonly string[]): readonly SaidPeer[] {
  const read = PeerRow.safeParse(row);
  if (!read.success) return [];
  const [publicKey, endpoint, ranges, handshakeS, receivedBytes, sentBytes] = read.data;
  return [{ publicKey, endpoint, ranges: ranges.split(','), handshakeS, receivedBytes, sentBytes }];
}

function rowsOf(text = '', separator: string): readonly (readonly string[])[] {
  return text === '' ? [] : text.split('\n').map((line) => line.split(separator));
}

/** A list that cannot be read names nobody. */
function peersIn(text = ''): PeerList['peers'] {
  try {
    return PeerList.parse(JSON.parse(text)).peers;
  } catch {
    return [];
  }
}

function nodeFrom(said: Said, names: ReadonlyMap<string, string>): OverlayNode {
  const links = said.peers.map((peer) => linkFrom(peer, said, names));
  const known = new Set([said.ownKey, ...said.peers.map(({ publicKey }) => publicKey)]);
  const lacks = [...said.listed].filter(([key]) => !known.has(key)).map(([, name]) => name);
  return {
    node: said.node,
    isUp: said.ownKey !== undefined,
    isMeasured: said.latencies !== undefined,
    links: links.toSorted((left, right) => byName(nameOf(left), nameOf(right))),
    lacks: lacks.filter((name) => name !== said.node).toSorted(byName),
  };
}

function linkFrom(peer: SaidPeer, { atS, latencies }: Said, names: ReadonlyMap<string, string>): OverlayLink {
  const { publicKey, endpoint, ranges, handshakeS, receivedBytes, sentBytes } = peer;
  // Its clock is the one that has timed both.
  const handshakeAgeS = handshakeS === 0 ? undefined : Math.max(0, atS - handshakeS);
  const state = handshakeAgeS === undefined ? 'never' : handshakeAgeS <= FRESH_S ? 'up' : 'stale';
  return {
    peer: names.get(publicKey),
    publicKey,
    endpoint: endpoint === '(none)' ? undefined : endpoint,
    state,
    handshakeAgeS,
    receivedBytes,
    sentBytes,
    latencyMs: ranges.map((range) => latencies?.get(range.replace(/\/32$/, ''))).find((ms) => ms !== undefined),
  };
}

export function nameOf({ peer, publicKey }: Pick<OverlayLink, 'peer' | 'publicKey'>): string {
  return peer ?? `${publicKey.slice(0, 8)}…`;
}

function byName(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
