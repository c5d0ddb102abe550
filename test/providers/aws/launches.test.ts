import { expect, test } from 'vitest';
import { Launches } from '#providers/aws/launches.ts';

function start() {
  const launches = new Launches<string>();
  const sent: PromiseWithResolvers<string>[] = [];
  const launch = (): Promise<string> => {
    const answer = Promise.withResolvers<string>();
    sent.push(answer);
    return answer.promise;
  };
  return { sent, ask: (token: string) => launches.once(token, launch) };
}

test('all members of a lot are given the answer of one request', async () => {
  const { sent, ask } = start();
  const members = [ask('token'), ask('token'), ask('token')];
  expect(sent).toHaveLength(1);
  sent[0]?.resolve('three machines');
  expect(await Promise.all(members)).toEqual(['three machines', 'three machines', 'three machines']);
});

test('launches of different tokens have nothing to do with each other', async () => {
  const { sent, ask } = start();
  const members = [ask('one'), ask('two')];
  sent.forEach((answer, index) => answer.resolve(`launch ${index}`));
  expect(await Promise.all(members)).toEqual(['launch 0', 'launch 1']);
});

test('a launch that failed is asked for anew: AWS knows the token, and only AWS knows what became of it', async () => {
  const { sent, ask } = start();
  const failing = [ask('token'), ask('token')].map((member) => member.catch(() => 'failed'));
  sent[0]?.reject(new Error('no answer'));
  expect(await Promise.all(failing)).toEqual(['failed', 'failed']);
  const again = ask('token');
  sent[1]?.resolve('the machines');
  expect(await again).toBe('the machines');
});
