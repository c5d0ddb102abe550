import { expect, test } from 'vitest';
import { writeAccess } from '#config/write-access.ts';
import { validFiles } from './support/corpus.ts';
import { specOf } from './support/loading.ts';

const FROM = ['198.51.100.20/32'];

const OPEN = 'name: blog\nprovider: aws # mine\ndomain: blog.example.com\n';

test('the line is written at the end, with its reason', async () => {
  expect(await writeAccess(`# first\n${OPEN}# the end\n`, FROM)).toMatchInlineSnapshot(`
    "# first
    name: blog
    provider: aws # mine
    domain: blog.example.com

    # Where the operator was when the cluster was made; SSH and the API are closed to everywhere else.
    access:
      from: [ 198.51.100.20/32 ]

    # the end
    "
  `);
});

test('it joins what is said of access already', async () => {
  const block = `${OPEN}access: # who\n  # my key\n  ssh-key: ssh-ed25519 AAAA me\n`;
  expect(await writeAccess(block, FROM)).toMatchInlineSnapshot(`
    "name: blog
    provider: aws # mine
    domain: blog.example.com
    access:
      # who
      # my key
      ssh-key: ssh-ed25519 AAAA me
      from: [ 198.51.100.20/32 ]
    "
  `);
  expect(await writeAccess(`${OPEN}access: { ssh-key: ssh-ed25519 AAAA me }\n`, FROM)).toContain(
    'access: { ssh-key: ssh-ed25519 AAAA me, from: [ 198.51.100.20/32 ] }',
  );
});

test.each(validFiles)('$name says the same but for who may come in', async ({ text }) => {
  const before = await specOf(text);
  const from = before.provider === 'local' ? ['127.0.0.1/32'] : FROM;
  const after = await specOf(await writeAccess(text, from));
  expect(after).toEqual({ ...before, access: { ...before.access, from } });
});

test.each(validFiles.filter(({ text }) => text.includes('#')))('$name keeps its comments', async ({ text }) => {
  const comments = text.match(/(?<=^|\s)#.*$/gm) ?? [];
  const after = await writeAccess(text, FROM);
  const lost = comments.filter((comment) => !after.includes(comment.trim()));
  // It was about a range that is not there any more.
  expect(lost.filter((comment) => comment !== '# the office')).toEqual([]);
});
