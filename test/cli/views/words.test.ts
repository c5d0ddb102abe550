import { expect, test } from 'vitest';
import { endNotice, headingText } from '#cli/views/words.ts';

const heading = {
  verb: 'create',
  cluster: 'blog',
  provider: 'aws',
  isSimulated: false,
  region: 'eu-west-3',
  account: '111122223333',
  principal: 'arn:aws:iam::111122223333:user/you',
};

test('an account of a cloud is named with who asks, and there is nothing to add', () => {
  const who = 'aws account 111122223333 · as arn:aws:iam::111122223333:user/you';
  expect(headingText(heading)).toBe(`bootstrap create blog · ${who} · eu-west-3`);
  expect([endNotice(heading), endNotice(undefined)]).toEqual([undefined, undefined]);
});

test('a workstation is named by who is at it, and all of it is real', () => {
  const here = { ...heading, cluster: 'dev', provider: 'local', region: 'local-1', account: 'desk', principal: 'ada' };
  expect(headingText(here)).toBe('bootstrap create dev · machines of this workstation, ada@desk · local-1');
  expect(endNotice(here)).toBeUndefined();
});

test('an emulator is named first and last', () => {
  const emulated = { ...heading, emulator: '127.0.0.1:5000' };
  expect(headingText(emulated).split(' · ').slice(0, 2)).toEqual([
    'bootstrap create blog',
    'EMULATOR at 127.0.0.1:5000: machines do not boot',
  ]);
  expect(endNotice(emulated)).toBe(
    'EMULATOR at 127.0.0.1:5000: no cloud was touched, no machine has booted, and no site has answered.',
  );
});
