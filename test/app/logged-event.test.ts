import { expect, test } from 'vitest';
import type { RunEvent } from '#app/app.ts';
import { parseRunLog } from '#app/logged-event.ts';
import { parseAddress } from '#engine/address.ts';
import { Problem, problem } from '#engine/problem.ts';

const address = parseAddress('eu-west-3.node.worker-1');
const failure = problem('resource.not-ready', { address, detail: 'It was awaited in vain.' });

const EVENTS: readonly RunEvent[] = [
  {
    type: 'run-started',
    run: {
      verb: 'create',
      cluster: 'demo',
      provider: 'aws',
      isSimulated: false,
      region: 'eu-west-3',
      account: '1',
      principal: 'ada',
      continues: true,
    },
  },
  { type: 'planned', changes: [{ address, kind: 'node', action: 'create', because: 'declared', inputs: [] }] },
  {
    type: 'preflight',
    findings: [
      { check: 'image', verdict: 'good', what: 'ami-1: there.' },
      { check: 'zones', verdict: 'bad', what: 'There are none.', remedy: 'Write others.' },
    ],
  },
  { type: 'state-moved', to: 's3://bucket/state/' },
  { type: 'rotation', authority: 'etcd', news: 'begins', phase: 'introduce' },
  { type: 'rotation', authority: 'etcd', news: 'ended' },
  { type: 'lease-acquired', generation: 3, holder: 'ada on desk' },
  { type: 'lease-waiting', holder: 'ada on desk', forMs: 12 },
  { type: 'lease-lost', problem: failure },
  { type: 'apply-started', changes: 1 },
  { type: 'change-started', address, action: 'create', because: 'declared' },
  { type: 'waiting', address, waitingFor: 'stage kubelet', progress: { done: 2, of: 7 }, deadlineMs: 9 },
  { type: 'retrying', address, purpose: 'create the VPC', why: 'throttled', afterMs: 5 },
  { type: 'change-finished', address, action: 'create' },
  { type: 'change-failed', address, action: 'create', problem: failure },
  { type: 'change-skipped', address, action: 'create', because: 'stopped' },
  { type: 'stray-destroyed', kind: 'aws.ec2.vpc', id: 'vpc-1' },
  { type: 'apply-finished', done: 1, failed: 0, skipped: 0 },
  {
    type: 'run-finished',
    outcome: { ok: false, done: 1, failed: [failure], skipped: [address], outputs: [], notYet: ['the site'] },
  },
];

function line(event: RunEvent): string {
  return JSON.stringify({ atMs: 1, run: 'run', event });
}

test('every event comes back from a log as it was said', () => {
  const read = parseRunLog(EVENTS.map(line).join('\n'));
  expect(JSON.parse(JSON.stringify(read.map(({ event }) => event)))).toEqual(JSON.parse(JSON.stringify(EVENTS)));
});

test('a problem comes back with its summary and remedy, which are not in the log as they are now', () => {
  const [read] = parseRunLog(line({ type: 'lease-lost', problem: failure }));
  const event = read?.event;
  expect(event?.type === 'lease-lost' && event.problem).toBeInstanceOf(Problem);
  expect(event?.type === 'lease-lost' && event.problem.remedy).toBe(failure.remedy);
});

test.each([
  ['a line that a power cut has torn', `${line({ type: 'apply-started', changes: 1 })}\n{"atMs":1,"ru`],
  [
    'an event that only a newer version knows',
    `{"atMs":1,"run":"r","event":{"type":"dreamt"}}\n${line({ type: 'apply-started', changes: 1 })}\n`,
  ],
  [
    'a problem that only a newer version knows',
    `${JSON.stringify({ atMs: 1, run: 'r', event: { type: 'lease-lost', problem: { code: 'no.such', detail: '' } } })}\n${line({ type: 'apply-started', changes: 1 })}`,
  ],
])('%s is left out, and the rest is read', (_what, text) => {
  expect(parseRunLog(text).map(({ event }) => event.type)).toEqual(['apply-started']);
});
