import { expect, test } from 'vitest';
import { brick, pillar } from './support/bricks.ts';
import { absent, at, outputsOf, planOf, ready, stateOf } from './support/scenario.ts';
import { namedSteps, stuckSteps } from './support/steps.ts';

const OLD = { shape: 'square', colour: 'red' };
const NEW = { shape: 'round', colour: 'red' };
const HOSTS = ['one', 'two', 'three'];

interface Change {
  readonly kind: typeof brick;
  readonly shapes: Readonly<Record<string, typeof OLD>>;
  readonly turn?: string | null;
  readonly missing?: string;
  /** A host without a wall, or `all`. */
  readonly bare?: string;
}

/** Three hosts with a wall in each, and what each step of a change of them waits for. */
function needsAt({ kind, shapes, turn = 'hosts', missing, bare }: Change): (step: string) => readonly string[] {
  const records = HOSTS.flatMap((host, index) => {
    const { id } = outputsOf(host, 2 * index + 1);
    const stands = { dependsOn: [at(host)], within: at(host), inputs: { ...OLD, on: id } };
    return [
      ready(host, { incarnation: 2 * index + 1, inputs: OLD, kind: kind.kind }),
      ...(host === bare || bare === 'all' ? [] : [ready(`${host}.wall`, { incarnation: 2 * index + 2, ...stands })]),
    ];
  });
  const { changes } = planOf({
    declared: (builder) => {
      for (const host of HOSTS) {
        const { address } = builder.declare(kind, host, shapes[host] ?? OLD, { turn: turn ?? undefined });
        builder.declare(brick, `${host}.wall`, { ...OLD, on: { $ref: address, output: 'id' } }, { within: address });
      }
    },
    records,
    seen: missing === undefined ? [] : [absent(missing, 2 * HOSTS.indexOf(missing) + 1)],
  });
  const { steps, nameOf } = namedSteps(changes, stateOf(records));
  expect(stuckSteps(steps)).toEqual([]);
  return (name) => [...(steps.find((step) => nameOf(step) === name)?.needs ?? [])].map(nameOf).toSorted();
}

const ALL = Object.fromEntries(HOSTS.map((host) => [host, NEW]));

test('the next is given up when the one before stands, with what lives in it', () => {
  const needsOf = needsAt({ kind: pillar, shapes: ALL });
  expect(needsOf('down one 1')).toEqual([]);
  expect(needsOf('down two 3')).toEqual(expect.arrayContaining(['up one', 'up one.wall']));
  expect(needsOf('down three 5')).toEqual(expect.arrayContaining(['up two', 'up two.wall']));
});

test('the one of which most is missing comes first', () => {
  const needsOf = needsAt({ kind: pillar, shapes: ALL, bare: 'three' });
  expect(needsOf('down three 5')).toEqual([]);
  expect(needsOf('down one 1')).toEqual(expect.arrayContaining(['up three', 'up three.wall']));
  expect(needsOf('down two 3')).toEqual(expect.arrayContaining(['up one', 'up one.wall']));
});

test('as long as none has ever been complete all go at once: they may need each other for that', () => {
  const needsOf = needsAt({ kind: pillar, shapes: ALL, bare: 'all' });
  for (const [index, host] of HOSTS.entries()) {
    expect(needsOf(`down ${host} ${2 * index + 1}`).filter((step) => !step.includes(host))).toEqual([]);
  }
});

test('where the new one comes first, it is the new one that waits', () => {
  const needsOf = needsAt({ kind: brick, shapes: ALL });
  expect(needsOf('up one')).toEqual([]);
  expect(needsOf('up two')).toEqual(['up one', 'up one.wall']);
});

test('the first waits for those that are not there yet', () => {
  const needsOf = needsAt({ kind: pillar, shapes: { two: NEW }, missing: 'three' });
  expect(needsOf('down two 3')).toEqual(expect.arrayContaining(['up three', 'up three.wall', 'up one', 'up one.wall']));
});

test('one that was never complete waits for none that is only being made: that may need it', () => {
  const needsOf = needsAt({ kind: pillar, shapes: { two: NEW }, missing: 'three', bare: 'two' });
  expect(needsOf('down two 3')).toEqual([]);
});

test('what depends on a host is ended in its turn as well', () => {
  const needsOf = needsAt({ kind: brick, shapes: ALL });
  expect(needsOf('down two.wall 4')).toEqual(expect.arrayContaining(['up one', 'up one.wall']));
});

test('without a turn all go at once', () => {
  const needsOf = needsAt({ kind: pillar, shapes: ALL, turn: null });
  for (const [index, host] of HOSTS.entries()) {
    expect(needsOf(`down ${host} ${2 * index + 1}`).filter((step) => !step.includes(host))).toEqual([]);
  }
});
