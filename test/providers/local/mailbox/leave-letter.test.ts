import { expect, test } from 'vitest';
import { leaveLetter } from '#providers/local/mailbox/leave-letter.ts';
import { isFileError } from '#std/files.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { Disk, type DiskSurface } from '../../../support/disk.ts';

const BOX = '/boxes/one';
const LETTER = { name: 'hello', body: '{"format":1}' };
const OPERATIONS = 4;

test('a letter takes as many steps as are cut off below', async () => {
  const disk = await diskWithBox();
  const files = disk.mount();
  await leaveLetter({ files, random: new SeededRandom(1) }, BOX, LETTER);
  expect(files.operations).toBe(OPERATIONS);
});

test.each([false, true])(
  'power that fails at any step leaves the whole letter or none (after its effect: %s)',
  async (after) => {
    for (let at = 1; at <= OPERATIONS; at += 1) {
      for (let seed = 1; seed <= 20; seed += 1) {
        const disk = await diskWithBox();
        await leaveOn(disk, { mishap: (n) => (n < at ? undefined : { fails: 'io', after: after && n === at }) });
        disk.cutPower(new SeededRandom(seed));
        expect([undefined, LETTER.body]).toContain(await letterOn(disk));
        const again = await leaveOn(disk, {}, 8);
        expect([undefined, 'exists']).toContain(again);
        disk.cutPower(new SeededRandom(seed + 100));
        expect(await letterOn(disk)).toBe(LETTER.body);
      }
    }
  },
);

test('a letter that was there before is as safe when somebody is told so', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const disk = await diskWithBox();
    // The name is there, and nobody has made it durable.
    await leaveOn(disk, { mishap: (_n, name) => (name === 'syncDirectory' ? { fails: 'io' } : undefined) });
    expect(await leaveOn(disk, {}, 8)).toBe('exists');
    disk.cutPower(new SeededRandom(seed));
    expect(await letterOn(disk)).toBe(LETTER.body);
  }
});

test('a draft of another is no such letter', async () => {
  const disk = await diskWithBox();
  await leaveOn(disk, { mishap: (_n, name) => (name === 'link' || name === 'remove' ? { fails: 'io' } : undefined) });
  expect(await leaveOn(disk, {})).toBe('failed');
  expect(await leaveOn(disk, {}, 8)).toBeUndefined();
});

async function diskWithBox(): Promise<Disk> {
  const disk = new Disk();
  await disk.mount().makeDirectory(BOX);
  return disk;
}

/** What went wrong, if anything. */
async function leaveOn(disk: Disk, surface: DiskSurface, seed = 7): Promise<string | undefined> {
  try {
    await leaveLetter({ files: disk.mount(surface), random: new SeededRandom(seed) }, BOX, LETTER);
    return undefined;
  } catch (error) {
    return isFileError(error, 'exists') ? 'exists' : 'failed';
  }
}

async function letterOn(disk: Disk): Promise<string | undefined> {
  const files = disk.mount();
  const names = (await files.list(BOX)).map(({ name }) => name);
  return names.includes(LETTER.name) ? files.read(`${BOX}/${LETTER.name}`) : undefined;
}
