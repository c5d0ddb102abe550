import { type Change, ChangeResourceRecordSetsCommand, type Route53Client } from '@aws-sdk/client-route-53';
import { expect, test } from 'vitest';
import { RecordBatches } from '#providers/aws/route53/record-batches.ts';
import { AwsService } from '#providers/aws/service.ts';
import { AwsFault } from '#providers/simulator/aws-fault.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

test('the changes of one moment travel in one request for each zone', async () => {
  const { change, batches, clock } = desk();
  await clock.run(Promise.all([change('Z1', 'a'), change('Z2', 'b'), change('Z1', 'c')]));
  expect(batches).toEqual(['Z1: a c', 'Z2: b']);
});

test('what comes while a request is under way waits for the next, so that a zone has one writer', async () => {
  const { change, batches, clock, answers } = desk();
  const first = Promise.withResolvers<void>();
  answers.push(() => first.promise);
  const early = change('Z1', 'a');
  await clock.advance(1);
  const late = [change('Z1', 'b'), change('Z1', 'c')];
  await clock.advance(1);
  expect(batches).toEqual(['Z1: a']);
  first.resolve();
  await clock.run(Promise.all([early, ...late]));
  expect(batches).toEqual(['Z1: a', 'Z1: b c']);
});

test('a refused change is found among many, and only its sender is told', async () => {
  const { change, batches, clock, refuse } = desk();
  refuse('f');
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const fates = await clock.run(Promise.allSettled(names.map((name) => change('Z1', name))));
  expect(names.filter((_, index) => fates[index]?.status === 'rejected')).toEqual(['f']);
  expect(fates[5]).toMatchObject({ reason: { outcome: 'rejected', reason: 'invalid' } });
  expect(batches).toEqual([
    'Z1: a b c d e f g h',
    'Z1: a b c d',
    'Z1: e f g h',
    'Z1: e f',
    'Z1: e',
    'Z1: f',
    'Z1: g h',
  ]);
});

test('changes that belong together stay together, also when others in their request are refused', async () => {
  const { change, batches, clock, refuse } = desk();
  refuse('x');
  const asked = [change('Z1', 'a+a-mark'), change('Z1', 'x'), change('Z1', 'b+b-mark')];
  const fates = await clock.run(Promise.allSettled(asked));
  expect(fates.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(batches).toEqual(['Z1: a a-mark x b b-mark', 'Z1: a a-mark x', 'Z1: a a-mark', 'Z1: x', 'Z1: b b-mark']);
});

test('an answer that says nothing of what was done is the answer to all', async () => {
  const { change, batches, clock, answers } = desk();
  answers.push(() => Promise.reject(new AwsFault({ code: 'InternalFailure', message: 'oh', status: 500 })));
  const fates = await clock.run(Promise.allSettled([change('Z1', 'a'), change('Z1', 'b')]));
  expect(fates).toMatchObject([{ reason: { outcome: 'ambiguous' } }, { reason: { outcome: 'ambiguous' } }]);
  expect(batches).toEqual(['Z1: a b']);
});

test('a run that may send no more fails all that wait, and leaves the zone to the next', async () => {
  const { change, batches, clock } = desk();
  const lost = new Error('the lease is lost');
  const context = { mutate: () => Promise.reject(lost) };
  const fates = await clock.run(Promise.allSettled([change('Z1', 'a', { context }), change('Z1', 'b')]));
  expect(fates).toEqual([
    { status: 'rejected', reason: lost },
    { status: 'rejected', reason: lost },
  ]);
  await clock.run(change('Z1', 'c'));
  expect(batches).toEqual(['Z1: c']);
});

test.each([
  ['CREATE', 600, [1, 1]],
  ['UPSERT', 400, [1, 1]],
  ['CREATE', 500, [2]],
  ['UPSERT', 1_500, [1, 1]],
] as const)('two changes with the action %s and %i values each travel in %j', async (Action, values, sizes) => {
  const { change, batches, clock } = desk();
  await clock.run(Promise.all([change('Z1', 'a', { Action, values }), change('Z1', 'b', { Action, values })]));
  expect(batches.map((batch) => batch.split(' ').length - 1)).toEqual(sizes);
});

test('long texts travel apart', async () => {
  const { change, batches, clock } = desk();
  const text = 'x'.repeat(20_000);
  await clock.run(Promise.all([change('Z1', 'a', { text }), change('Z1', 'b', { text })]));
  expect(batches).toEqual(['Z1: a', 'Z1: b']);
});

interface Wanted {
  readonly context?: Parameters<RecordBatches['change']>[0];
  readonly Action?: 'CREATE' | 'UPSERT';
  readonly values?: number;
  readonly text?: string;
}

/** A Route 53 that answers as it is told, and otherwise well. */
function desk() {
  const clock = new VirtualClock();
  const batches: string[] = [];
  const answers: (() => Promise<void>)[] = [];
  const refused = new Set<string>();
  const client: Pick<Route53Client, 'send'> = {
    send: async (command: object) => {
      if (!(command instanceof ChangeResourceRecordSetsCommand)) throw new TypeError('Nothing else is asked here.');
      const { HostedZoneId, ChangeBatch } = command.input;
      const names = (ChangeBatch?.Changes ?? []).map(({ ResourceRecordSet }) => ResourceRecordSet?.Name ?? '');
      batches.push(`${HostedZoneId}: ${names.join(' ')}`);
      await answers.shift()?.();
      if (names.some((name) => refused.has(name))) throw new AwsFault({ code: 'InvalidChangeBatch', message: 'no' });
    },
  };
  const service = new AwsService('route53', client, 'eu-west-3');
  const recordBatches = new RecordBatches(service, clock);
  const plain: NonNullable<Wanted['context']> = { mutate: (_call, request) => request(new AbortController().signal) };
  const change = (zoneId: string, name: string, wanted: Wanted = {}): Promise<void> =>
    recordBatches.change(wanted.context ?? plain, zoneId, changesOf(name, wanted));
  return { clock, batches, answers, change, refuse: (name: string) => refused.add(name) };
}

/** Names that are joined by a plus belong together. */
function changesOf(names: string, wanted: Wanted): readonly Change[] {
  return names.split('+').map((name) => changeOf(name, wanted));
}

function changeOf(Name: string, { Action = 'CREATE', values = 1, text = '10.0.0.1' }: Wanted): Change {
  const ResourceRecords = Array.from({ length: values }, () => ({ Value: text }));
  return { Action, ResourceRecordSet: { Name, Type: 'A', TTL: 60, ResourceRecords } };
}
