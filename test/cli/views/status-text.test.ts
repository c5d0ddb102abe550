import { expect, test } from 'vitest';
import type { ClusterStatus } from '#app/app.ts';
import { PLAIN_PALETTE } from '#cli/views/palette.ts';
import { statusLines } from '#cli/views/status-text.ts';
import { SIMULATED } from '../support/stories.ts';

const STATUS: ClusterStatus = {
  heading: SIMULATED,
  uid: 'abcdefgh',
  nodes: [],
  resources: { total: 1, ready: 1, unfinished: [] },
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
