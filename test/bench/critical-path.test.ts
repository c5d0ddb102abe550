import { expect, test } from 'vitest';
import { budgetMs, criticalPathMs, longestChainMs, type TimedResource } from './critical-path.ts';

const resource = (name: string, needs: readonly string[], ...latenciesMs: readonly number[]): TimedResource => ({
  name,
  needs,
  calls: latenciesMs.map((latencyMs) => ({ budget: 'service', latencyMs })),
});

test('the calls of one resource follow one another', () => {
  expect(longestChainMs([resource('a', [], 300, 20, 1)])).toBe(321);
});

test('resources that do not need one another cost as much as the longest of them', () => {
  expect(longestChainMs([resource('a', [], 10), resource('b', [], 30), resource('c', [], 20)])).toBe(30);
});

test('a resource waits for the latest of those it needs, in whatever order they are given', () => {
  const diamond = [
    resource('top', ['left', 'right'], 4),
    resource('right', ['base'], 30),
    resource('left', ['base'], 2),
    resource('base', [], 100),
  ];
  expect(longestChainMs(diamond)).toBe(134);
  expect(longestChainMs(diamond.toReversed())).toBe(134);
});

test('a shortcut does not shorten the chain beside it', () => {
  const graph = [resource('a', [], 1), resource('b', ['a'], 1), resource('c', ['a', 'b'], 1)];
  expect(longestChainMs(graph)).toBe(3);
});

test('the longest chain agrees with the enumeration of all paths', () => {
  const graph = [
    resource('a', [], 7),
    resource('b', [], 3),
    resource('c', ['a', 'b'], 5),
    resource('d', ['b'], 11),
    resource('e', ['c', 'd'], 2),
    resource('f', ['d'], 6),
  ];
  const byName = new Map(graph.map((node) => [node.name, node]));
  const endOf = (name: string): number => {
    const { needs, calls } = byName.get(name) ?? resource(name, []);
    return Math.max(0, ...needs.map(endOf)) + calls.reduce((sum, { latencyMs }) => sum + latencyMs, 0);
  };
  expect(longestChainMs(graph)).toBe(Math.max(...graph.map(({ name }) => endOf(name))));
});

test('calls within the capacity of their budget cost nothing, each further one a refill', () => {
  const three = [resource('a', [], 1, 1), resource('b', [], 1)];
  expect(budgetMs(three, 'service', { capacity: 3, refillPerSecond: 2 })).toBe(0);
  expect(budgetMs(three, 'service', { capacity: 1, refillPerSecond: 2 })).toBe(1_000);
  expect(budgetMs(three, 'another', { capacity: 1, refillPerSecond: 2 })).toBe(0);
});

test('the critical path is the longer of the longest chain and the slowest budget', () => {
  const graph = [resource('a', [], 400), resource('b', ['a'], 400), resource('c', [], 100)];
  expect(criticalPathMs(graph, {})).toBe(800);
  expect(criticalPathMs(graph, { service: { capacity: 2, refillPerSecond: 10 } })).toBe(800);
  expect(criticalPathMs(graph, { service: { capacity: 1, refillPerSecond: 1 } })).toBe(2_000);
});
