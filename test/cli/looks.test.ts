import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EtcdMember, EtcdStatus } from '#app/etcd-status.ts';
import type { OverlayLink, OverlayNode, OverlayStatus } from '#app/overlay-status.ts';
import type { UnitsReport, UnitStatus } from '#app/units.ts';
import type { ValidationFinding } from '#app/validation/finding.ts';
import { problem } from '#engine/problem.ts';
import { perform } from './support/stage.ts';

const known = [{ name: 'dev', provider: 'local', isDeleted: false }];
const DEV = { name: 'dev' };
const SILENT = [
  { node: 'worker-1', problem: problem('node.unanswered', { detail: 'Nothing was heard within 60 s.' }) },
];

describe('units', () => {
  const sinceMs = Date.UTC(2026, 10, 21, 22, 10, 3);
  const etcd: UnitStatus = {
    unit: 'bootstrap-etcd.service',
    node: 'control-plane-1',
    active: 'active',
    sub: 'running',
    result: 'success',
    version: '3.6.5',
    sinceMs,
  };
  const report: UnitsReport = {
    units: [
      { ...etcd, unit: 'bootstrap-etcd-care.timer', sub: 'waiting', version: undefined },
      etcd,
      { ...etcd, node: 'control-plane-2', active: 'failed', sub: 'failed', result: 'exit-code', sinceMs: undefined },
      {
        ...etcd,
        unit: 'bootstrap-peers.service',
        active: 'activ\u001B[2Jating',
        sub: 'auto-restart',
        version: 'bundle 73cb3858a687',
      },
    ],
    silent: SILENT,
  };

  test('are told unit by unit, machine by machine, with those of whom nothing was heard', async () => {
    const { output, asked, code } = await perform('units dev', { app: { known, units: report } });
    expect(asked).toEqual([{ method: 'units', given: { target: DEV, nodes: [] } }]);
    await expect(output).toMatchFileSnapshot('golden/units.txt');
    expect(code).toBe(1);
  });

  test('are an object for scripts, and all is well when none has failed and all have answered', async () => {
    const well = { units: [etcd], silent: [] };
    const { output, code, asked } = await perform('units control-plane-1 --json', { app: { known, units: well } });
    expect(asked).toEqual([{ method: 'units', given: { target: DEV, nodes: ['control-plane-1'] } }]);
    expect([JSON.parse(output), code]).toEqual([well, 0]);
  });
});

describe('validate', () => {
  const running: readonly ValidationFinding[] = [
    { check: 'nodes', verdict: 'ok', what: 'All 3 are there and ready.' },
    {
      check: 'components',
      verdict: 'bad',
      where: 'control-plane-1',
      what: 'bootstrap-kubelet.service is fai\u001B[2Jled (failed, exit-code).',
      next: 'bootstrap ssh dev control-plane-1 -- sudo journalctl -n 50 -u bootstrap-kubelet.service',
    },
    { check: 'dns', verdict: 'not judged', where: 'api.dev.localhost', what: 'Names of a workstation lead to itself.' },
    {
      check: 'time',
      verdict: 'care',
      where: 'worker-1',
      what: 'Its clock is 5 s behind that of this workstation.',
      next: 'bootstrap ssh dev worker-1 -- timedatectl',
    },
  ];

  test('tells of a cluster what was found, with what to type next, and fails when anything is bad', async () => {
    const { output, asked, code } = await perform('validate dev', { app: { known, running } });
    expect(asked).toEqual([{ method: 'validate', given: { target: DEV, security: false } }]);
    await expect(output).toMatchFileSnapshot('golden/validate.txt');
    expect(code).toBe(1);
  });

  test('is an object for scripts, and what is not bad is good enough', async () => {
    const well = running.filter(({ verdict }) => verdict !== 'bad');
    const { output, code } = await perform('validate dev --json', { app: { known, running: well } });
    expect(JSON.parse(output)).toMatchObject({ name: 'demo', running: well });
    expect(code).toBe(0);
  });
});

describe('overlay status', () => {
  const link = (peer: string, more: Partial<OverlayLink> = {}): OverlayLink => ({
    peer,
    publicKey: `${peer}=`,
    endpoint: '10.0.0.2:51820',
    state: 'up',
    handshakeAgeS: 61,
    receivedBytes: 740,
    sentBytes: 104_428,
    latencyMs: 0.84,
    ...more,
  });
  const node = (name: string, links: readonly OverlayLink[], more: Partial<OverlayNode> = {}): OverlayNode => ({
    node: name,
    isUp: true,
    isMeasured: true,
    links,
    lacks: [],
    ...more,
  });

  test('shows every link, and how long it takes from each to each', async () => {
    const overlay: OverlayStatus = {
      nodes: [
        node('control-plane-1', [link('worker-1'), link('worker-2', { latencyMs: undefined })]),
        node('worker-1', [link('control-plane-1', { state: 'stale', handshakeAgeS: 4_000, latencyMs: undefined })], {
          lacks: ['worker-2'],
        }),
        node('worker-2', [], { isUp: false, isMeasured: false, lacks: ['control-plane-1', 'worker-1'] }),
        node('worker-3', [link('worker-2', { latencyMs: undefined })], { isMeasured: false }),
        node('worker-4', [
          link('', {
            peer: undefined,
            publicKey: 'r6IfSkTo0gfls0j',
            endpoint: undefined,
            state: 'never',
            handshakeAgeS: undefined,
            latencyMs: undefined,
          }),
        ]),
      ],
      silent: SILENT,
    };
    const { output, asked, code } = await perform('overlay status dev', { app: { known, overlay } });
    expect(asked).toEqual([{ method: 'overlayStatus', given: { target: DEV, nodes: [] } }]);
    await expect(output).toMatchFileSnapshot('golden/overlay.txt');
    expect(code).toBe(1);
  });

  test('of many machines shows only the links that are not up', async () => {
    const names = Array.from({ length: 20 }, (_, place) => `worker-${place + 1}`);
    const nodes = names.map((name) =>
      node(
        name,
        names.filter((other) => other !== name).map((other) => link(other)),
      ),
    );
    const whole = await perform('overlay status dev', { app: { known, overlay: { nodes, silent: [] } } });
    expect([whole.code, whole.output.trimEnd().split('\n').length]).toEqual([0, 21]);
    const [first, ...others] = nodes;
    const links =
      first?.links.map((one) => (one.peer === 'worker-7' ? link('worker-7', { state: 'stale' }) : one)) ?? [];
    const torn = [node('worker-1', links), ...others];
    const { output, code } = await perform('overlay status dev', {
      app: { known, overlay: { nodes: torn, silent: [] } },
    });
    expect([code, output.trimEnd().split('\n').length]).toEqual([1, 24]);
    expect(output).toContain('worker-1  worker-7  1:01 ago');
  });

  test('asks those that are named', async () => {
    const overlay = { nodes: [node('worker-1', [link('worker-2')])], silent: [] };
    const { asked, output, code } = await perform('overlay status dev worker-1 --json', { app: { known, overlay } });
    expect(asked).toEqual([{ method: 'overlayStatus', given: { target: DEV, nodes: ['worker-1'] } }]);
    expect([JSON.parse(output), code]).toEqual([overlay, 0]);
  });
});

describe('etcd status', () => {
  const member = (place: number, more: Partial<EtcdMember> = {}): EtcdMember => ({
    name: `control-plane-${place}`,
    id: `4a1e7b769eef76d${place}`,
    is: place === 1 ? 'leader' : 'voter',
    health: 'healthy',
    figures: { version: '3.6.5', dbBytes: 2_097_152, dbInUseBytes: 20_480, revision: 6, lag: place - 1 },
    ...more,
  });
  const whole: EtcdStatus = {
    isAgreed: true,
    members: [member(1), member(2), member(3)],
    alarms: [],
    voters: 3,
    votersThere: 3,
    spare: 1,
    silent: [],
  };
  const lost = member(3, { health: 'silent', figures: undefined });
  const joining = member(4, { name: '', is: 'learner', health: 'silent', figures: undefined });

  test('shows the members, and what it survives', async () => {
    const members = [joining, ...whole.members];
    const { output, asked, code } = await perform('etcd status dev', { app: { known, etcd: { ...whole, members } } });
    expect(asked).toEqual([{ method: 'etcdStatus', given: { target: DEV } }]);
    await expect(output).toMatchFileSnapshot('golden/etcd.txt');
    expect(code).toBe(1);
    expect((await perform('etcd status dev', { app: { known, etcd: whole } })).code).toBe(0);
  });

  test.each<[string, Partial<EtcdStatus>]>([
    ['It survives the loss of 2 members: 5 of 5 voters there.', { voters: 5, votersThere: 5, spare: 2 }],
    [
      'It works, but does not survive the loss of any member: 2 of 3 voters there.',
      { members: [member(1), member(2), lost], votersThere: 2, spare: 0 },
    ],
    [
      'It works, but does not survive the loss of any member: 1 of 1 voter there.',
      { voters: 1, votersThere: 1, spare: 0 },
    ],
    [
      'It has no quorum, so nothing can be written: 1 of 3 voters there, 2 needed.',
      { members: [member(1), lost], votersThere: 1, spare: -1 },
    ],
    [
      'It has no quorum, or is too slow to say who its members are: these are only those that answer.',
      { isAgreed: false, members: [member(1)], voters: 1, votersThere: 0, spare: -1 },
    ],
    [
      'alarm of control-plane-1: no space left in its quota',
      { alarms: [{ member: 'control-plane-1', alarm: 'no space left in its quota' }] },
    ],
    ['worker-1: Nothing was heard within 60 s.', { silent: SILENT }],
  ])('says "%s"', async (sentence, more) => {
    const { output } = await perform('etcd status dev', { app: { known, etcd: { ...whole, ...more } } });
    expect(output.split('\n')).toContain(sentence);
  });
});

describe('etcd snapshot', () => {
  const snapshot = { node: 'control-plane-2', revision: 6, keys: 12, sizeBytes: 20_512, sha256: 'ab12'.repeat(16) };

  test('goes where it is told to, and says what it is', async () => {
    const { output, asked } = await perform('etcd snapshot dev --to /backup/dev.db', { app: { known, snapshot } });
    expect(asked).toEqual([{ method: 'etcdSnapshot', given: { target: DEV, to: '/backup/dev.db' } }]);
    expect(output).toBe(
      `/backup/dev.db: revision 6, 12 keys, 20.0 KiB, from control-plane-2\nsha256 ${snapshot.sha256}\n`,
    );
  });

  test('is named after the cluster and the moment when nothing is said', async () => {
    const { output } = await perform('etcd snapshot dev --json', { app: { known, snapshot } });
    const given: unknown = JSON.parse(output);
    const path: unknown = expect.stringMatching(new RegExp(`^${resolve('.')}/dev-\\d{8}T\\d{6}Z\\.db$`));
    expect(given).toEqual({ ...snapshot, path });
  });
});

describe('etcd restore', () => {
  const etcd: EtcdStatus = { isAgreed: true, members: [], alarms: [], voters: 3, votersThere: 3, spare: 1, silent: [] };

  test('asks first, tells each step, and shows what came of it', async () => {
    const app = { known, etcd };
    const refused = await perform('etcd restore dev --from /backup/dev.db', { app, isTerminal: true, answers: ['no'] });
    expect(refused).toMatchObject({ exit: 'declined', asked: [] });
    const { output, asked, code } = await perform('etcd restore dev --from /backup/dev.db --yes', { app });
    expect(asked).toEqual([{ method: 'etcdRestore', given: { target: DEV, from: '/backup/dev.db' } }]);
    expect(output).toContain('stopping etcd\n');
    expect(output).toContain('It survives the loss of 1 member: 3 of 3 voters there.\n');
    expect(code).toBe(0);
  });

  test('wants to know of which snapshot', async () => {
    const { errors, asked } = await perform('etcd restore dev', { app: { known, etcd } });
    expect([errors, asked]).toEqual(['Of which snapshot?\n  bootstrap etcd restore NAME --from FILE\n', []]);
  });
});
