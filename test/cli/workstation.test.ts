import { describe, expect, test } from 'vitest';
import type { ShellCommand } from '#app/app.ts';
import type { ListedImage } from '#app/images.ts';
import { problem } from '#engine/problem.ts';
import { perform } from './support/stage.ts';

const known = [{ name: 'dev', provider: 'local', isDeleted: false }];
const two = [...known, { name: 'try', provider: 'local', isDeleted: false }];
const DEV = { name: 'dev' };
const variables = { NO_COLOR: '1' };

describe('stop and start', () => {
  test('switch all machines of a cluster, and say of each what became of it', async () => {
    const turns = [
      { node: 'control-plane-1', problem: undefined },
      { node: 'worker-1', problem: problem('local.machine-died', { detail: 'dev worker-1 has died.' }) },
    ];
    const { output, asked, code } = await perform('stop dev', { app: { known, turns }, variables });
    expect(asked).toEqual([{ method: 'power', given: { target: DEV, to: 'stop', nodes: [] } }]);
    expect(output).toContain('control-plane-1: off\nworker-1:\nThe process of a machine has ended by itself');
    expect(output).toContain('    bootstrap apply dev\n');
    expect(code).toBe(1);
  });

  test('are one line of JSON for each machine', async () => {
    const turns = [{ node: 'worker-1', problem: undefined }];
    const { output, code } = await perform('start dev worker-1 --json', { app: { known, turns } });
    expect([output, code]).toEqual(['{"node":"worker-1","is":"on"}\n', 0]);
  });

  test.each([
    ['stop dev worker-1 worker-2', known, { target: DEV, to: 'stop', nodes: ['worker-1', 'worker-2'] }],
    ['start worker-1', known, { target: DEV, to: 'start', nodes: ['worker-1'] }],
    ['start', known, { target: DEV, to: 'start', nodes: [] }],
    ['start worker-1', two, { target: { name: 'worker-1' }, to: 'start', nodes: [] }],
    ['stop -f /dev.yaml worker-1', two, { target: { file: '/dev.yaml' }, to: 'stop', nodes: ['worker-1'] }],
    ['stop ./dev.yaml worker-1', known, { target: { file: './dev.yaml' }, to: 'stop', nodes: ['worker-1'] }],
  ])('"%s" is understood', async (line, clusters, given) => {
    expect((await perform(line, { app: { known: clusters } })).asked).toEqual([{ method: 'power', given }]);
  });
});

const shell: ShellCommand = { program: '/usr/bin/ssh', args: ['-p', '2222', '127.0.0.1'], user: 'debian' };

describe('ssh', () => {
  test('lets the ssh of the system have the terminal, and ends as it does', async () => {
    const { lent, code, output, asked } = await perform('ssh dev worker-1', { app: { known, shell }, lentCode: 7 });
    expect(asked).toEqual([{ method: 'shell', given: { target: DEV, node: 'worker-1' } }]);
    expect(lent).toEqual([['/usr/bin/ssh', '-p', '2222', '127.0.0.1']]);
    expect([code, output]).toEqual([7, '']);
  });

  test.each(['ssh dev worker-1 -- df -h /', 'ssh worker-1 -- df -h /'])(
    'hands a command over as it is: %s',
    async (line) => {
      const { lent } = await perform(line, { app: { known, shell } });
      expect(lent).toEqual([['/usr/bin/ssh', '-p', '2222', '127.0.0.1', '--', 'df', '-h', '/']]);
    },
  );

  test('with --json only says how one gets in', async () => {
    const { lent, output } = await perform('ssh dev worker-1 --json', { app: { known, shell } });
    expect([lent, JSON.parse(output)]).toEqual([[], shell]);
  });

  test('wants to know into which machine', async () => {
    expect(await perform('ssh dev', { app: { known, shell } })).toMatchObject({
      errors: 'Of which node?\n  bootstrap status dev\n',
      exit: 'input',
      asked: [],
    });
  });

  test('says why it cannot', async () => {
    const failure = problem('node.unknown', {
      detail: 'dev has no machine of a node "wroker-1". Did you mean "worker-1"?',
    });
    const { errors, code, lent } = await perform('ssh dev wroker-1', { app: { known, failure } });
    expect(errors).toContain('Did you mean "worker-1"?');
    expect([code, lent]).toEqual([3, []]);
  });
});

describe('logs', () => {
  test('are asked of the journal, as whoever may read all of it', async () => {
    const { lent } = await perform('logs dev worker-1 --unit cloud-final --lines 20 --follow', {
      app: { known, shell },
    });
    expect(lent[0]?.slice(4)).toEqual([
      '--',
      'sudo',
      '-n',
      'journalctl',
      '--no-pager',
      '--output=short-iso',
      '--lines=20',
      '--unit=bootstrap-cloud-final',
      '--unit=cloud-final',
      '--follow',
    ]);
  });

  test.each([
    ['logs dev control-plane-1 etcd -f', ['--unit=bootstrap-etcd', '--unit=etcd', '--follow']],
    ['logs control-plane-1 bootstrap-etcd', ['--unit=bootstrap-etcd']],
  ])('are of the unit that stands behind the node: %s', async (line, words) => {
    const { lent, asked } = await perform(line, { app: { known, shell } });
    expect(asked).toEqual([{ method: 'shell', given: { target: DEV, node: 'control-plane-1' } }]);
    expect(lent[0]?.slice(11)).toEqual(words);
  });

  test.each([
    ['logs worker-1 etcd peers', 'One unit is enough.\n  bootstrap logs NAME NODE UNIT\n'],
    ['logs dev worker-1 etcd --unit peers', 'One unit is enough.\n  bootstrap logs NAME NODE UNIT\n'],
  ])('are of one unit: "%s" is refused', async (line, errors) => {
    expect(await perform(line, { app: { known, shell } })).toMatchObject({ errors, lent: [], exit: 'input' });
  });

  test('still find a cluster by its file, also with the letter that means to follow here', async () => {
    const { asked, lent } = await perform('logs -f ./dev.yaml worker-1', { app: { known, shell } });
    expect(asked).toEqual([{ method: 'shell', given: { target: { file: './dev.yaml' }, node: 'worker-1' } }]);
    expect(lent[0]?.at(-1)).toBe('--follow');
  });

  test('need no leave where root is let in, and are JSON when that is asked for', async () => {
    const { lent } = await perform('logs dev worker-1 --json', { app: { known, shell: { ...shell, user: 'root' } } });
    expect(lent[0]?.slice(4)).toEqual(['--', 'journalctl', '--no-pager', '--output=json', '--lines=200']);
  });

  test('hand nothing to a shell that would mean something to it', async () => {
    const { errors, lent } = await perform('logs dev worker-1 --unit a;b', { app: { known, shell } });
    expect([errors, lent]).toEqual(['"a;b" is not the name of a unit.\n', []]);
  });
});

describe('console', () => {
  const consoleLines = ['\u001B[1;31m[  OK  ]\u001B[0m Started\tssh\r', '\u001B]0;mine\u0007\u202Elogin:', 'é'];

  test('shows what the machine said, and nothing of it does anything to the terminal', async () => {
    const { output, asked } = await perform('console dev worker-1', { app: { known, consoleLines } });
    expect(asked).toEqual([{ method: 'serialConsole', given: { target: DEV, node: 'worker-1', follow: false } }]);
    expect(output).toBe('[  OK  ] Started        ssh\nlogin:\né\n');
  });

  test('is JSON when that is asked for, line by line', async () => {
    const { output } = await perform('console dev worker-1 --follow --json', { app: { known, consoleLines } });
    expect(output.split('\n')[2]).toBe('{"node":"worker-1","line":"é"}');
  });
});

const ID = 'ab12'.repeat(16);
const image: ListedImage = {
  id: ID,
  is: { system: 'debian-13', architecture: 'amd64', origin: 'build' },
  sizeBytes: 420_000_000,
  lastUsedMs: Date.UTC(2026, 10, 21),
};

describe('image', () => {
  test('build tells its steps, and how the image is used', async () => {
    const built = { id: ID, directory: undefined, packages: ['nginx=1', 'systemd=257'] };
    const { output, asked } = await perform('image build --packages nginx,php-fpm', { app: { built }, variables });
    expect(asked).toEqual([
      {
        method: 'image build',
        given: { system: 'debian-13', packages: ['nginx', 'php-fpm'], mirror: undefined, to: undefined },
      },
    ]);
    expect(output).toBe(`making the disk\n${ID}: 2 packages\n  bootstrap create dev --provider local --image ${ID}\n`);
  });

  test('build leaves it where it is told to', async () => {
    const built = { id: ID, directory: '/srv/my images', packages: [] };
    const { output, asked } = await perform('image build --to /srv/images --mirror http://deb.example.com/debian', {
      app: { built },
      variables,
    });
    expect(asked).toMatchObject([{ given: { to: '/srv/images', mirror: 'http://deb.example.com/debian' } }]);
    expect(output).toContain("--image '/srv/my images'\n");
  });

  test('list shows what there is', async () => {
    const broken: ListedImage = { id: `ff${ID.slice(2)}`, is: undefined, sizeBytes: 1, lastUsedMs: undefined };
    const { output } = await perform('image list', { app: { images: [image, broken] } });
    expect(output).toBe(
      [
        'ab12ab12ab12  debian-13       amd64  built here  401 MiB  used 2026-11-21',
        'ff12ab12ab12  cannot be read                     1 MiB    never used',
        '',
      ].join('\n'),
    );
    expect((await perform('image list')).output).toBe('There is no image here; create fetches one.\n');
  });

  test('verify ends badly when one is damaged', async () => {
    const checks = [
      { id: ID, isWhole: true },
      { id: `ff${ID.slice(2)}`, isWhole: false },
    ];
    const { output, code } = await perform('image verify', { app: { checks }, variables });
    expect([output, code]).toEqual(['ab12ab12ab12: whole\nff12ab12ab12: damaged\n', 1]);
    expect((await perform('image verify ab12', { app: { checks: checks.slice(0, 1) } })).code).toBe(0);
  });

  test('remove asks first', async () => {
    const app = { images: [image] };
    expect(await perform('image remove ab12', { app, isTerminal: true, answers: ['no'] })).toMatchObject({
      exit: 'declined',
      asked: [],
    });
    expect(await perform('image remove ab12', { app })).toMatchObject({ exit: 'input', asked: [] });
    const { output, asked } = await perform('image remove ab12 --yes', { app });
    expect(asked).toEqual([{ method: 'image remove', given: 'ab12' }]);
    expect(output).toBe('ab12ab12ab12  debian-13  amd64  built here  401 MiB  used 2026-11-21: removed\n');
  });
});
