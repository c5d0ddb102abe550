import { nameOf, type OverlayLink, type OverlayNode, type OverlayStatus } from '#app/overlay-status.ts';
import { formatBytes } from './bytes.ts';
import { table } from './columns.ts';
import { formatDuration } from './duration.ts';
import { harmlessLine } from './harmless.ts';
import type { Palette } from './palette.ts';
import { silentLines } from './silent-text.ts';

/** More are a wall of figures: then only those that are not as they should be. */
const LINKS_MAX = 30;
const MATRIX_MAX = 16;
const SECOND_MS = 1_000;

/** Each node in a line, then the links that are worth one, then how long it takes from each to each. */
export function overlayLines(status: OverlayStatus, palette: Palette): readonly string[] {
  const { nodes, silent } = status;
  return [
    ...nodeLines(nodes, palette),
    ...linkLines(nodes, palette),
    ...matrixLines(nodes, palette),
    ...silentLines(silent, palette),
  ];
}

function nodeLines(nodes: readonly OverlayNode[], palette: Palette): readonly string[] {
  if (nodes.length === 0) return [];
  const head = ['node', 'links', 'lacks'].map((word) => palette.faint(word));
  const rows = nodes.map(({ node, isUp, links, lacks }) => {
    const up = links.filter(({ state }) => state === 'up').length;
    const count = `${up} of ${links.length} up`;
    const state = isUp ? (up === links.length ? palette.good(count) : palette.bad(count)) : palette.bad('not there');
    return [node, state, palette.bad(harmlessLine(lacks.join(', ')))];
  });
  return table([head, ...rows]);
}

function linkLines(nodes: readonly OverlayNode[], palette: Palette): readonly string[] {
  const all = nodes.flatMap(({ node, links }) => links.map((link) => ({ node, link })));
  const shown = all.length <= LINKS_MAX ? all : all.filter(({ link }) => link.state !== 'up');
  if (shown.length === 0) return [];
  const head = ['from', 'to', 'handshake', 'received', 'sent', 'endpoint'].map((word) => palette.faint(word));
  const rows = shown.map(({ node, link }) => [
    node,
    harmlessLine(nameOf(link)),
    handshakeText(link, palette),
    formatBytes(link.receivedBytes),
    formatBytes(link.sentBytes),
    palette.faint(harmlessLine(link.endpoint ?? '–')),
  ]);
  return ['', ...table([head, ...rows])];
}

function handshakeText({ state, handshakeAgeS }: OverlayLink, palette: Palette): string {
  if (handshakeAgeS === undefined) return palette.bad('never');
  const text = `${formatDuration(handshakeAgeS * SECOND_MS)} ago`;
  return state === 'up' ? text : palette.bad(text);
}

/** From each line to each column, in milliseconds there and back. */
function matrixLines(nodes: readonly OverlayNode[], palette: Palette): readonly string[] {
  const names = [...new Set(nodes.flatMap(({ node, links, lacks }) => [node, ...links.map(nameOf), ...lacks]))];
  if (names.length < 2 || names.length > MATRIX_MAX) return [];
  const sorted = names.toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }));
  const numberOf = (name: string): string => String(sorted.indexOf(name) + 1);
  const head = ['', palette.faint('ms to'), ...sorted.map((name) => palette.faint(numberOf(name)))];
  const rows = sorted.map((name) => {
    const from = nodes.find(({ node }) => node === name);
    const cells = sorted.map((to) => {
      if (to === name) return palette.faint('·');
      return from === undefined ? palette.faint('?') : cell(from, to, palette);
    });
    return [palette.faint(numberOf(name)), harmlessLine(name), ...cells];
  });
  return ['', ...table([head, ...rows])];
}

function cell({ links, isMeasured }: OverlayNode, to: string, { bad, care, faint }: Palette): string {
  const link = links.find((one) => nameOf(one) === to);
  if (link === undefined) return bad('lacks');
  if (link.latencyMs !== undefined) return link.latencyMs.toFixed(1);
  if (link.state !== 'up') return bad(link.state);
  return isMeasured ? care('lost') : faint('?');
}
