import { isAbsolute } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { perform, type Performance } from './support/stage.ts';
import { createStory, nodesOf } from './support/stories.ts';

const variables = { NO_COLOR: '1' };
const Given = z.object({ file: z.object({ text: z.string() }) });

async function fileFrom(line: string, performance: Performance = {}): Promise<string> {
  const { asked, errors } = await perform(line, performance);
  expect(errors).toBe('');
  return Given.parse(asked[0]?.given).file.text;
}

describe('create on a workstation', () => {
  test('takes no more than a name', async () => {
    expect(await fileFrom('create dev --provider local')).toBe(
      [
        '# What is not written here has its default; "bootstrap explain" lists all that can be.',
        '',
        'name: dev',
        'provider: local',
        'domain: dev.localhost',
        '',
      ].join('\n'),
    );
  });

  test('takes a file for an image wherever it is typed, a digest, or an address', async () => {
    const image = async (given: string): Promise<string> => {
      const text = await fileFrom(`create dev --provider local --offline --image ${given}`);
      expect(text).toContain('local:\n  offline: true\n');
      return /id: "?([^"\n]+)/.exec(text)?.[1] ?? '';
    };
    const found = await image('images/web.qcow2');
    expect([isAbsolute(found), found.endsWith('/images/web.qcow2')]).toEqual([true, true]);
    const digest = 'ab12'.repeat(16);
    expect(await image(digest)).toBe(digest);
    expect(await image(`https://example.com/a.qcow2#sha256:${digest}`)).toContain('https://example.com');
  });

  test('refuses what a workstation does not have', async () => {
    const { errors, asked } = await perform('create dev --provider local --from 203.0.113.7/32 --speed 3');
    expect(errors).toContain('Machines of a workstation are reached from itself alone, not from 203.0.113.7/32.');
    expect(errors).toContain('"simulator" is for the provider simulator; this cluster is on local.');
    expect(asked).toEqual([]);
  });

  test('asks only what is open', async () => {
    const { output, exit } = await perform('create', {
      answers: ['dev', 'local', '', '', '', '2', '', '', '', 'yes'],
      isTerminal: true,
      variables,
    });
    await expect(output).toMatchFileSnapshot('golden/wizard-local.txt');
    expect(exit).toBe('ok');
  });
});

const HEADING = {
  cluster: 'dev',
  provider: 'local',
  isSimulated: false,
  region: 'local-1',
  account: 'desk',
  principal: 'ada',
} as const;

describe('the end of a run on a workstation', () => {
  const run = createStory({ nodes: nodesOf({ 'control-plane': 1, worker: 1 }), heading: HEADING }).map(
    ([atMs, event]) =>
      event.type === 'run-finished'
        ? ([
            atMs,
            {
              ...event,
              outcome: { ...event.outcome, outputs: [{ name: 'node control-plane-1', value: '10.42.0.9' }] },
            },
          ] as const)
        : ([atMs, event] as const),
  );

  test('tells how one gets at the machines, and claims nothing of a simulation', async () => {
    const { output } = await perform('create dev --provider local --plain', { app: { run }, variables });
    expect(output).toContain('bootstrap create dev · machines of this workstation, ada@desk · local-1\n');
    expect(output).toContain(
      [
        'The machines go on running on this workstation:',
        '  bootstrap ssh dev control-plane-1   a shell in one of them',
        '  bootstrap logs dev control-plane-1  its journal; console shows how it boots',
        '  bootstrap stop dev                  switches them off, and start on again',
        '',
      ].join('\n'),
    );
    expect(output).not.toContain('SIMULATED');
  });

  test('shows an image on its way', async () => {
    const from = 'https://cloud.example.com/debian-13-amd64.qcow2';
    const coming = { type: 'image-coming', from, bytes: 2 ** 27, of: 2 ** 28, bytesPerSecond: 2 ** 23 } as const;
    const news = { type: 'image-news', text: `checking the digest of ${from}` } as const;
    const { output } = await perform('create dev --provider local --plain', {
      app: { run: [...run.slice(0, 1), [10, coming], [20, news], ...run.slice(1)] },
      variables,
    });
    expect(output).toContain('debian-13-amd64.qcow2: 128 of 256 MiB, 8 MiB a second\n');
    expect(output).toContain(`checking the digest of ${from}\n`);
  });
});
