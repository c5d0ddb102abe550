import { CallError } from '#engine/call.ts';
import { sameValue } from '#std/same-value.ts';
import type { Board } from './board-text.ts';
import type { Peer, Withdrawn } from './peer-board.ts';

export type BoardChange =
  | { readonly kind: 'publish'; readonly peer: Peer }
  | { readonly kind: 'withdraw'; readonly peer: Withdrawn }
  | { readonly kind: 'seats'; readonly nodes: readonly string[] };

export type Contents = Pick<Board, 'peers' | 'seats' | 'hasRetired'>;

/** What is on the board after the change; the same when nothing changes. Fails when what it asks for is another's. */
export function changed(board: Contents, change: BoardChange): Contents {
  switch (change.kind) {
    case 'publish': {
      const peers = published(board.peers, change.peer);
      return peers === board.peers ? board : { ...board, peers };
    }
    case 'withdraw':
      return without(board, change.peer);
    case 'seats': {
      const seats = change.nodes.toSorted();
      return sameValue(seats, board.seats) ? board : { ...board, seats };
    }
  }
}

function without(board: Contents, peer: Withdrawn): Contents {
  const left = board.peers.filter(({ node, box }) => node !== peer.node || box !== peer.box);
  const isFirst = peer.wasReady === true && board.hasRetired !== true;
  if (left.length === board.peers.length && !isFirst) return board;
  return { ...board, peers: left, ...(isFirst ? { hasRetired: true } : {}) };
}

/** By name. */
function published(peers: readonly Peer[], peer: Peer): readonly Peer[] {
  const others = peers.filter(({ box }) => box !== peer.box);
  for (const other of others) refuseTaken(peer, other);
  const earlier = peers.filter(({ box }) => box === peer.box);
  if (earlier.length === 1 && earlier.every((known) => isSame(known, peer))) return peers;
  return [...others, peer].toSorted((left, right) => (left.node < right.node ? -1 : 1));
}

function refuseTaken(peer: Peer, other: Peer): void {
  const taken = takenBy(peer, other);
  if (taken === undefined) return;
  const message = `${peer.node} cannot be known to the others: ${taken} is taken by ${other.node} (${other.box}).`;
  throw new CallError({ outcome: 'rejected', reason: 'exists', message });
}

/** What both would have; an address in another's range for pods is as bad as two equal ones. */
function takenBy(peer: Peer, other: Peer): string | undefined {
  if (peer.node === other.node) return `the name ${peer.node}`;
  if (peer.publicKey === other.publicKey) return `the key ${peer.publicKey}`;
  const own = rangesOf(peer);
  const theirs = rangesOf(other);
  return own.find((range) => theirs.some((there) => isOverlapping(range, there)))?.text;
}

interface Range {
  readonly text: string;
  readonly first: number;
  readonly last: number;
}

const RANGES = new WeakMap<Peer, readonly Range[]>();

/** Each peer is compared with all others, so that its ranges are read once. */
function rangesOf(peer: Peer): readonly Range[] {
  const known = RANGES.get(peer);
  if (known !== undefined) return known;
  const ranges = [rangeOf(peer.overlayAddress), rangeOf(peer.podCidr)];
  RANGES.set(peer, ranges);
  return ranges;
}

function rangeOf(text: string): Range {
  const [address = '', prefix = '32'] = text.split('/');
  const size = 2 ** (32 - Number(prefix));
  const value = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const first = Math.floor(value / size) * size;
  return { text, first, last: first + size - 1 };
}

function isOverlapping(left: Range, right: Range): boolean {
  return left.first <= right.last && right.first <= left.last;
}

function isSame(left: Peer, right: Peer): boolean {
  return (
    left.node === right.node &&
    left.publicKey === right.publicKey &&
    left.overlayAddress === right.overlayAddress &&
    left.podCidr === right.podCidr &&
    left.region === right.region &&
    left.endpoints.near === right.endpoints.near &&
    left.endpoints.far === right.endpoints.far
  );
}
