import { expect, test } from 'vitest';
import { type OverlayStatus, overlayStatus } from '#app/overlay-status.ts';
import { AnsweringMachines, says } from './support/answering-machines.ts';
import { Desk, FOREVER } from './support/desk.ts';

const THREE = {
  'control-plane-1': says('overlay-1'),
  'control-plane-2': says('overlay-2'),
  'control-plane-3': says('overlay-3'),
};

test('a mesh of three real machines, in which one peer is a stranger and one that is listed is not let in', async () => {
  await using desk = await Desk.alone();
  const { asking } = await AnsweringMachines.at(desk, THREE);
  const { nodes, silent } = await overlayStatus(asking, [], FOREVER);
  expect(silent).toEqual([]);
  expect(nodes.map(({ node, isUp, isMeasured, lacks }) => [node, isUp, isMeasured, lacks])).toEqual(
    Object.keys(THREE).map((node) => [node, true, true, ['worker-1']]),
  );
  const links = nodes[0]?.links ?? [];
  expect(links.map(({ peer, endpoint, state }) => [peer, endpoint, state])).toEqual([
    ['control-plane-2', '192.168.77.2:51820', 'up'],
    ['control-plane-3', '192.168.77.3:51820', 'up'],
    [undefined, '192.168.77.9:51820', 'never'],
  ]);
  expect(links.map(({ latencyMs }) => latencyMs !== undefined && latencyMs > 0 && latencyMs < 50)).toEqual([
    true,
    true,
    false,
  ]);
  expect(links.map(({ receivedBytes }) => receivedBytes > 1_000)).toEqual([true, true, false]);
});

test.each([
  ['just now', 0, 'up', 0],
  ['three minutes ago', 180, 'up', 180],
  ['longer ago', 181, 'stale', 181],
  ['in the future of a clock that was set back', -5, 'up', 0],
])('hands that were shaken %s', async (_title, ageS, state, handshakeAgeS) => {
  const { nodes } = await saidBy(
    `--- clock\n1000\n--- interface\nKEY\t51820\nPEER\t(none)\t10.64.0.2/32\t${1_000 - ageS}\t1\t2\n`,
  );
  expect(nodes[0]).toMatchObject({
    isMeasured: false,
    links: [{ publicKey: 'PEER', peer: undefined, endpoint: undefined, state, handshakeAgeS, latencyMs: undefined }],
  });
});

test('a machine without the interface says so, and lacks everybody on its list', async () => {
  const list = { format: 1, peers: [] };
  expect(await saidBy(`--- clock\n1\n--- peers\n${JSON.stringify(list)}\n`)).toMatchObject({
    nodes: [{ node: 'one', isUp: false, links: [], lacks: [] }],
  });
});

test.each(['', 'no json', '{"format":2,"peers":[]}', '{"format":1,"peers":[{"node":7}]}'])(
  'a list that cannot be read names nobody: %s',
  async (list) => {
    const status = await saidBy(`--- clock\n1\n--- peers\n${list}\n--- interface\nKEY\t51820\nnonsense\n`);
    expect(status).toMatchObject({ nodes: [{ isUp: true, links: [], lacks: [] }] });
  },
);

async function saidBy(text: string): Promise<OverlayStatus> {
  await using desk = await Desk.alone();
  const { asking } = await AnsweringMachines.at(desk, { one: `cat <<'END'\n${text}END\n` });
  return await overlayStatus(asking, [], FOREVER);
}
