import type { TerminateInstancesCommandInput } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { ResourceContext } from '#engine/resource.ts';
import { Terminations } from '#providers/aws/ec2/terminations.ts';
import { openSession } from '#providers/aws/open-session.ts';
import type { AwsClients } from '#providers/aws/clients.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION, ZONES } from '../support/declared-cluster.ts';
import { ACTED } from '../../../support/acted-machines.ts';

const NEVER = new AbortController().signal;
const context: Pick<ResourceContext, 'mutate'> = { mutate: (_call, request) => request(NEVER) };

function start(clients: AwsClients, refuse: (ids: readonly string[]) => Error | undefined) {
  const clock = new VirtualClock();
  const sent: (readonly string[])[] = [];
  const ec2 = {
    ...clients.ec2,
    send: async ({ input }: { readonly input: TerminateInstancesCommandInput }) => {
      const ids = input.InstanceIds ?? [];
      sent.push(ids);
      const refusal = refuse(ids);
      if (refusal !== undefined) throw refusal;
      return {};
    },
  };
  const consistency = { visibleWithinMs: 1, requestAgeMaxMs: 1, pollMs: 1 };
  const session = openSession(
    { ...clients, ec2 },
    { region: REGION, clock, consistency, userDataOf: ACTED.userDataOf },
  );
  return { clock, sent, terminations: new Terminations(session.ec2, clock) };
}

const refusal = (name: string) =>
  Object.assign(new Error('No.'), { name, $metadata: { attempts: 1, httpStatusCode: 400 } });

async function outcomes(clock: VirtualClock, ends: readonly Promise<void>[]): Promise<readonly string[]> {
  const settled = await clock.run(Promise.allSettled(ends));
  return settled.map((end) => (end.status === 'fulfilled' ? 'goes' : String(end.reason)));
}

test('machines that go at one moment go in one request, at most a thousand', async () => {
  const { services } = await CloudStand.open();
  const { clock, sent, terminations } = start(services, () => undefined);
  const ends = Array.from({ length: 1_200 }, (_, index) => terminations.end(context, `i-${index}`));
  expect(new Set(await outcomes(clock, ends))).toEqual(new Set(['goes']));
  expect(sent.map((ids) => ids.length)).toEqual([1_000, 200]);
  const later = [terminations.end(context, 'i-later')];
  expect(await outcomes(clock, later)).toEqual(['goes']);
  expect(sent).toHaveLength(3);
});

test('one machine that EC2 does not let go holds up none of the others', async () => {
  const { services } = await CloudStand.open();
  const { clock, sent, terminations } = start(services, (ids) =>
    ids.includes('i-2') ? refusal('OperationNotPermitted') : undefined,
  );
  const ends = ['i-0', 'i-1', 'i-2', 'i-3'].map((id) => terminations.end(context, id));
  expect(await outcomes(clock, ends)).toEqual(['goes', 'goes', 'CallError: OperationNotPermitted: No.', 'goes']);
  expect(sent).toEqual([['i-0', 'i-1', 'i-2', 'i-3'], ['i-0', 'i-1'], ['i-2', 'i-3'], ['i-2'], ['i-3']]);
});

test('a request of which nobody knows what became of it is in doubt for all that share it', async () => {
  const { services } = await CloudStand.open();
  const { clock, sent, terminations } = start(services, () => refusal('InternalError'));
  const ends = ['i-0', 'i-1'].map((id) => terminations.end(context, id));
  expect(await outcomes(clock, ends)).toEqual(Array(2).fill('CallError: InternalError: No.'));
  expect(sent).toHaveLength(1);
});

test('a hundred machines of a cluster are gone after a handful of requests', async () => {
  const stand = await CloudStand.open();
  const machines = Array.from({ length: 100 }, (_, index) => ({
    name: `worker-${index + 1}`,
    role: 'worker' as const,
    zones: ZONES,
  }));
  expect(await stand.apply({ machines })).toMatchObject({ ok: true });
  const deletion = await stand.changesDuring(() => stand.delete());
  expect(await stand.walk()).toEqual([]);
  expect(deletion.filter((operation) => operation === 'ec2.TerminateInstances').length).toBeLessThanOrEqual(3);
}, 60_000);
