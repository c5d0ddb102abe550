import { describe, expect, test } from 'vitest';
import type { ClusterStatus, NodeStatus } from '#app/app.ts';
import { PLAIN_PALETTE } from '#cli/views/palette.ts';
import { statusLines } from '#cli/views/status-text.ts';
import { SIMULATED } from '../support/stories.ts';

const STATUS: ClusterStatus = {
  heading: SIMULATED,
  uid: 'abcdefgh',
  nodes: [],
  resources: { total: 1, ready: 1, unfinished: [] },
  rotations: [],
  ageing: [],
  driver: undefined,
  places: [],
  isDeleted: false,
};

test('the name servers of the zone stand with whether the public DNS leads to them', () => {
  const delegation = { nameServers: ['ns-1.example.org', 'ns-2.example.net'], found: 'the public DNS leads here' };
  expect(statusLines({ ...STATUS, delegation }, PLAIN_PALETTE)).toEqual(
    expect.arrayContaining([
      'name servers  ns-1.example.org ns-2.example.net',
      'delegation    the public DNS leads here',
    ]),
  );
  expect(statusLines(STATUS, PLAIN_PALETTE).join('\n')).not.toContain('delegation');
});

test('an authority whose end comes near stands with the command that lets another take its place', () => {
  const ageing = [
    { authority: 'etcd', endsMs: Date.UTC(2036, 10, 20), isOver: false },
    { authority: 'front-proxy', endsMs: Date.UTC(2026, 10, 20), isOver: true },
  ];
  expect(statusLines({ ...STATUS, ageing }, PLAIN_PALETTE)).toEqual(
    expect.arrayContaining([
      'authority  etcd ends on 2036-11-20: bootstrap rotate demo etcd',
      'authority  front-proxy has ended on 2026-11-20: bootstrap rotate demo front-proxy',
    ]),
  );
});

describe('nodes that have failed', () => {
  const node = (place: number, detail: string): NodeStatus => ({
    name: `worker-${place}`,
    role: 'worker',
    region: 'local-1',
    zone: 'local-1a',
    address: undefined,
    state: 'failed',
    progress: undefined,
    detail,
  });
  const log = Array.from({ length: 12 }, (_, line) => `  | line ${line}`);
  const reason =
    'Stage etcd: It ended with code 1. To run it again on the machine: sudo /opt/bootstrap/node/run-stage etcd';

  test('tell at which stage, how to run it again, and the last that it has said', () => {
    const nodes = [node(1, [reason, ...log, '  | \u001B[2J\u0007done'].join('\n')), node(2, 'its machine is gone')];
    const lines = statusLines({ ...STATUS, nodes }, PLAIN_PALETTE);
    const begin = lines.indexOf(`worker-1: ${reason}`);
    expect(lines.slice(begin + 1, begin + 11)).toEqual([...log.slice(3), '  | done']);
    expect(lines.filter((line) => line.startsWith('worker-2:'))).toEqual([]);
  });

  test('are three at most, and none where a screen has no room for them', () => {
    const nodes = [1, 2, 3, 4, 5].map((place) => node(place, `${reason}\n  | line`));
    const lines = statusLines({ ...STATUS, nodes }, PLAIN_PALETTE);
    expect(lines.filter((line) => line.includes('run-stage etcd') && line.includes(': Stage'))).toHaveLength(3);
    expect(lines).toContain('… and 2 more that have failed');
    const small = statusLines({ ...STATUS, nodes }, PLAIN_PALETTE, 24);
    expect(small.filter((line) => line.includes('| line'))).toEqual([]);
    expect(small.length).toBeLessThanOrEqual(24);
  });
});
