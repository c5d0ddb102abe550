import { expect, test } from 'vitest';
import { toyNetwork } from '../toy-kinds.ts';
import { blueprint, Stand } from './stand.ts';

const wanted = (cidr: string) =>
  blueprint((builder) => {
    builder.declare(toyNetwork, 'kept', { cidr, label: 'kept' }, { retain: true });
  });

test('what is to be retained outlives its declaration, a deletion and every later sweep', async () => {
  const stand = new Stand();
  await stand.apply(wanted('10.0.0.0/16'));
  const [kept] = stand.living('toy.network');
  expect(
    await stand.apply(
      blueprint(() => undefined),
      {},
      'delete',
    ),
  ).toMatchObject({ ok: true, done: 1 });
  expect(await stand.apply(blueprint(() => undefined))).toMatchObject({ ok: true });
  expect(stand.living('toy.network')).toEqual([kept]);
});

test('when what is to be retained is replaced, the old object stays beside the new one', async () => {
  const stand = new Stand();
  await stand.apply(wanted('10.0.0.0/16'));
  await stand.apply(wanted('10.8.0.0/16'));
  expect(stand.living('toy.network').map(({ values }) => values['cidr'])).toEqual(['10.0.0.0/16', '10.8.0.0/16']);
});
