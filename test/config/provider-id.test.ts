import { expect, test } from 'vitest';
import { checkImageFile, checkImageName } from '#config/provider-id.ts';

const DIGEST = 'ab12'.repeat(16);

test.each([
  DIGEST,
  '/srv/debian.qcow2',
  '/srv/my images/é.raw',
  `file:///srv/built#sha256:${DIGEST}`,
  `https://mirror.example.com/debian.qcow2#sha512:${DIGEST}${DIGEST}`,
  `http://10.0.0.1:8080/debian.qcow2#sha256=${DIGEST}`,
])('an image of a workstation: %s', (text) => {
  expect(checkImageFile(text)).toBeUndefined();
  expect(checkImageName(text)).toBeUndefined();
});

test.each([
  ['images/debian.qcow2', '"images/debian.qcow2" is not the whole path of a file.'],
  ['./debian', '"./debian" is not the whole path of a file.'],
  ['~/debian', '"~/debian" is not the whole path of a file.'],
  ['debian.img', '"debian.img" is not the whole path of a file.'],
  ['C:\\debian', String.raw`"C:\\debian" is not the whole path of a file.`],
])('a path that leads nowhere for sure is told as such: %s', (text, what) => {
  expect(checkImageFile(text)).toMatchObject({ code: 'config.id-invalid', what });
  expect(checkImageName(text)).toMatchObject({ what });
});

test.each([
  'https://mirror.example.com/debian.qcow2',
  `https://mirror.example.com/debian.qcow2#sha512:${DIGEST}`,
  `https://mirror.example.com/debian.qcow2#md5:${DIGEST}`,
])('an address without the digest that is to be found there: %s', (text) => {
  expect(checkImageFile(text)?.what).toContain('does not say which digest');
  expect(checkImageName(text)).toEqual(checkImageFile(text));
});

test.each(['debian-13', DIGEST.slice(1), DIGEST.toUpperCase(), `sha256:${DIGEST}`, '/two\nlines'])(
  'no image of a workstation: %s',
  (text) => {
    expect(checkImageFile(text)).toMatchObject({ code: 'config.id-invalid' });
  },
);

test('what could be meant for a cloud is judged by how clouds name images', () => {
  expect(checkImageName('ami-0abc1234def567890')).toBeUndefined();
  expect(checkImageName('debian-13')?.instead).toBe('It looks like ami-0abc1234def567890.');
});
