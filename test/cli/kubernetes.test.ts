import { describe, expect, test } from 'vitest';
import { problem } from '#engine/problem.ts';
import { perform } from './support/stage.ts';

const known = [{ name: 'dev', provider: 'local', isDeleted: false }];
const two = [...known, { name: 'get', provider: 'local', isDeleted: false }];
const DEV = { name: 'dev' };
const HOUR_MS = 3_600_000;

describe('kubeconfig', () => {
  const kubeconfig = {
    server: 'https://127.0.0.1:40001',
    user: 'me@here',
    groups: ['bootstrap:admins'],
    untilMs: Date.UTC(2026, 10, 23, 12),
  };

  test('says what a shell takes to find it, and what it is good for', async () => {
    const { output, asked, code } = await perform('kubeconfig dev', { app: { known, kubeconfig } });
    const given = { target: DEV, to: '/known/kubeconfig', user: undefined, groups: [], lifeMs: 24 * HOUR_MS };
    expect(asked).toEqual([{ method: 'kubeconfig', given }]);
    expect([code, output]).toEqual([
      0,
      'export KUBECONFIG=/known/kubeconfig\n# https://127.0.0.1:40001 as me@here of bootstrap:admins, until 2026-11-23 12:00:00 UTC\n',
    ]);
  });

  test('is for somebody else, in other groups, for another time, in another place', async () => {
    const line = 'kubeconfig dev --out /tmp/ci --user ci --group deployers,viewers --hours 2';
    const { asked } = await perform(line, { app: { known, kubeconfig } });
    const given = { target: DEV, to: '/tmp/ci', user: 'ci', groups: ['deployers', 'viewers'], lifeMs: 2 * HOUR_MS };
    expect(asked).toEqual([{ method: 'kubeconfig', given }]);
  });

  test.each([
    ['--group system:masters', '"system:masters": names that begin with system: are Kubernetes\' own.\n'],
    ['--user system:admin', '"system:admin": names that begin with system: are Kubernetes\' own.\n'],
    ['--hours 0', 'For how long? It takes an hour at least.\n'],
    [`--user ${'u'.repeat(65)}`, `"${'u'.repeat(65)}" is no name of 1 to 64 characters.\n`],
  ])('is refused with %s, before anybody is asked', async (words, errors) => {
    const refused = await perform(`kubeconfig dev ${words}`, { app: { known, kubeconfig } });
    expect(refused).toMatchObject({ errors, exit: 'input', asked: [] });
  });

  test('does not last longer than a week', async () => {
    const { code, asked } = await perform('kubeconfig dev --hours 169', { app: { known, kubeconfig } });
    expect([code, asked]).toEqual([3, []]);
  });
});

describe('kubectl', () => {
  const kubectl = { program: '/usr/bin/kubectl', variables: { KUBECONFIG: '/known/kubectl/1' } };

  test.each([
    ['kubectl dev -- get nodes -o wide', known, DEV, ['get', 'nodes', '-o', 'wide']],
    ['kubectl -- get nodes -o wide', known, DEV, ['get', 'nodes', '-o', 'wide']],
    ['kubectl dev get nodes', known, DEV, ['get', 'nodes']],
    ['kubectl get nodes', known, DEV, ['get', 'nodes']],
    ['kubectl get -- get nodes', two, { name: 'get' }, ['get', 'nodes']],
    ['kubectl dev -- exec pod -- ls', known, DEV, ['exec', 'pod', '--', 'ls']],
  ])('"%s" is understood', async (line, clusters, target, words) => {
    const { asked, lent, lentVariables, code } = await perform(line, {
      app: { known: clusters, kubectl },
      lentCode: 7,
    });
    expect(asked).toEqual([
      { method: 'kubectl', given: target },
      { method: 'kubectl ended', given: target },
    ]);
    expect(lent).toEqual([['/usr/bin/kubectl', ...words]]);
    expect(lentVariables).toEqual([kubectl.variables]);
    expect(code).toBe(7);
  });

  test('is not begun where there is nothing to talk to', async () => {
    const failure = problem('kubernetes.absent', { detail: 'No node of dev was told to run it.' });
    const { lent, errors, code } = await perform('kubectl dev -- get nodes', { app: { known, failure } });
    expect([lent, code]).toEqual([[], 3]);
    expect(errors).toContain('No node of dev was told to run it.');
    expect(errors).toContain('  bootstrap status dev\n');
  });
});
