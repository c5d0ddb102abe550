import { describe, expect, test } from 'vitest';
import type { CallErrorDetails } from '#engine/call.ts';
import { problem } from '#engine/problem.ts';
import { CALL, CALL_MS, CONDITION_MS, openDesk, service, watch } from './support/call-desk.ts';
import { at, instance } from './support/scenario.ts';

const throttled: CallErrorDetails = { outcome: 'throttled', message: 'slow down' };
const notYet: CallErrorDetails = { outcome: 'not-yet', message: 'no such subnet' };
const ambiguous: CallErrorDetails = { outcome: 'ambiguous', message: 'connection reset' };
const rejected: CallErrorDetails = { outcome: 'rejected', reason: 'quota', message: 'five is enough' };

describe('a request without effect', () => {
  test.each([throttled, notYet, ambiguous])('is sent again until it is answered: $outcome', async (answer) => {
    const { clock, log, context, say } = openDesk();
    watch(context.read(CALL, service(say, answer, answer, 'there').request), say);
    await clock.advance(1000);
    expect(log).toEqual(['0 request', '150 request', '450 request', '450 answer: there']);
  });

  test('is refused once for all by a definitive answer', async () => {
    const { clock, log, context, say } = openDesk();
    watch(context.read(CALL, service(say, rejected, 'there').request), say);
    await clock.advance(1000);
    expect(log).toEqual(['0 request', '0 rejected: five is enough']);
  });

  test('is sent again after a silence, and told that its answer is not awaited any more', async () => {
    const { clock, log, context, say } = openDesk();
    const { request, signals } = service(say, 'silence', 'there');
    watch(context.read(CALL, request), say);
    await clock.advance(CALL_MS + 150);
    expect(log).toEqual(['0 request', '1150 request', '1150 answer: there']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test('needs no lease', async () => {
    const { context, say, log, clock } = openDesk({
      guard: () => Promise.reject(problem('state.fenced', { detail: '' })),
    });
    watch(context.read(CALL, service(say, 'there').request), say);
    await clock.advance(0);
    expect(log).toEqual(['0 request', '0 answer: there']);
  });

  test('is given up when the deadline has passed, with the last answer', async () => {
    const { clock, log, context, say } = openDesk();
    watch(context.read(CALL, service(say, ...Array.from({ length: 50 }, () => throttled)).request), say);
    await clock.advance(2 * CONDITION_MS);
    expect(log.at(-1)).toMatch(/^\d+ throttled: slow down$/);
    const requests = log.slice(0, -1).map((line) => Number(line.split(' ')[0]));
    expect(requests).toEqual([0, 150, 450, 1050, 2250, 4650, 9450, 19_050, 34_050, 49_050, 64_050]);
  });

  test('lets through what is no answer of the service: that is a defect', async () => {
    const { clock, log, context, say } = openDesk();
    watch(
      context.read(CALL, () => Promise.reject(new TypeError('undefined is no function'))),
      say,
    );
    await clock.advance(1000);
    expect(log).toEqual(['0 thrown: TypeError: undefined is no function']);
  });
});

describe('a request with an effect', () => {
  test('is sent directly after the lease was proved, each time anew', async () => {
    const { clock, log, context, say } = openDesk();
    watch(context.mutate(CALL, service(say, throttled, notYet, 'made').request), say);
    await clock.advance(1000);
    expect(log).toEqual([
      '0 guard for 1000',
      '0 request',
      '150 guard for 1000',
      '150 request',
      '450 guard for 1000',
      '450 request',
      '450 answer: made',
    ]);
  });

  test('waits for its budget before the lease is proved, not after', async () => {
    const { clock, log, context, say } = openDesk();
    const { request } = service(say, 'made', 'made');
    watch(context.mutate(CALL, request), say);
    watch(context.mutate(CALL, request), say);
    await clock.advance(1000);
    expect(log).toEqual([
      '0 guard for 1000',
      '0 request',
      '0 answer: made',
      '100 guard for 1000',
      '100 request',
      '100 answer: made',
    ]);
  });

  test.each([ambiguous, rejected])(
    'is never sent twice after an answer that leaves doubt, or none: $outcome',
    async (answer) => {
      const { clock, log, context, say } = openDesk();
      watch(context.mutate(CALL, service(say, answer, 'made').request), say);
      await clock.advance(CONDITION_MS);
      expect(log).toEqual(['0 guard for 1000', '0 request', `0 ${answer.outcome}: ${answer.message}`]);
    },
  );

  test('that stays unanswered is ambiguous, whatever comes later', async () => {
    const { clock, log, context, say } = openDesk();
    const late = Promise.withResolvers<string>();
    watch(
      context.mutate(CALL, () => {
        say('request');
        return late.promise;
      }),
      say,
    );
    await clock.advance(CALL_MS);
    late.resolve('made');
    await clock.advance(CONDITION_MS);
    expect(log).toEqual([
      '0 guard for 1000',
      '0 request',
      '1000 ambiguous: No answer within 1000 ms to "create the network"',
    ]);
  });

  test('is not sent when the lease is lost', async () => {
    const { clock, log, context, say } = openDesk({
      guard: () => Promise.reject(problem('state.fenced', { detail: 'generation 4' })),
    });
    watch(context.mutate(CALL, service(say, 'made').request), say);
    await clock.advance(1000);
    expect(log).toEqual([
      '0 guard for 1000',
      '0 thrown: Problem: Another run has taken over this cluster: generation 4',
    ]);
  });

  test('is not sent when the lease was lost before it was sent again', async () => {
    let proofs = 0;
    const guard = async () => {
      proofs += 1;
      if (proofs > 1) throw problem('state.fenced', { detail: 'generation 4' });
    };
    const { clock, log, context, say } = openDesk({ guard });
    watch(context.mutate(CALL, service(say, throttled, 'made').request), say);
    await clock.advance(1000);
    expect(log.filter((line) => line.endsWith('request'))).toEqual(['0 request']);
  });

  test('is not sent without a journal, which holds the lease', async () => {
    const { context, log, say } = openDesk({ hasJournal: false });
    const sending = async () => context.mutate(CALL, service(say, 'made').request);
    await expect(sending()).rejects.toMatchObject({ code: 'internal' });
    expect(log).toEqual([]);
  });
});

describe('whoever leaves', () => {
  test('waits for no answer, and tells the request so', async () => {
    const { clock, log, context, say, leave } = openDesk();
    const { request, signals } = service(say, 'silence');
    watch(context.mutate(CALL, request), say);
    await clock.advance(500);
    leave(new Error('the operator left'));
    await clock.advance(0);
    expect(log.slice(2)).toEqual(['500 thrown: Error: the operator left']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('sends nothing again', async () => {
    const { clock, log, context, say, leave } = openDesk();
    watch(context.read(CALL, service(say, throttled, 'there').request), say);
    await clock.advance(100);
    leave(new Error('the operator left'));
    await clock.advance(1000);
    expect(log).toEqual(['0 request', '100 thrown: Error: the operator left']);
  });

  test('sends nothing at all once he has left', async () => {
    const { clock, log, context, say, leave } = openDesk();
    leave(new Error('the operator left'));
    watch(context.mutate(CALL, service(say, 'made').request), say);
    await clock.advance(1000);
    expect(log.filter((line) => line.endsWith('request'))).toEqual([]);
    expect(log.at(-1)).toBe('0 thrown: Error: the operator left');
  });
});

test('every request that is sent again is told: for what, why, and after how long', async () => {
  const { clock, events, context, say } = openDesk();
  watch(context.mutate(CALL, service(say, throttled, notYet, 'made').request), say);
  await clock.advance(1000);
  const about = {
    type: 'retrying',
    address: at('network.vpc'),
    instanceId: instance('vpc'),
    purpose: 'create the network',
  };
  expect(events).toEqual([
    { ...about, why: 'slow down', afterMs: 150 },
    { ...about, why: 'no such subnet', afterMs: 300 },
  ]);
});

test('nothing is left waiting once a request is answered', async () => {
  const { clock, context, say } = openDesk();
  watch(context.read(CALL, service(say, 'there').request), say);
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(0);
});
