import { expect, test } from 'vitest';
import { writeManifests } from '#config/write-manifests.ts';
import { validFiles } from './support/corpus.ts';
import { specOf } from './support/loading.ts';

test('a path takes the place of another, and all else stays as it was written', async () => {
  const text = '# first\nname: dev\nprovider: local # mine\nmanifests: "../shop" # ours\ndomain: dev.localhost\n';
  expect(await writeManifests(text, '/srv/shop: #1')).toBe(text.replace('"../shop"', '"/srv/shop: #1"'));
});

test.each(validFiles.filter(({ text }) => text.includes('manifests:')))(
  '$name says the same but for where its manifests are',
  async ({ text }) => {
    const folder = '/srv/their folder #1';
    expect(await specOf(await writeManifests(text, folder))).toEqual({ ...(await specOf(text)), manifests: folder });
  },
);
