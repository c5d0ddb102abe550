import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { etcdSnapshot } from '#app/etcd-snapshot.ts';
import { AnsweringMachines, says } from './support/answering-machines.ts';
import { Desk, FOREVER } from './support/desk.ts';

/** Bytes that are no text. */
const CONTENT = String.raw`\000\377\n\033data`;
const BYTES = Buffer.from([0, 0xff, 0x0a, 0x1b, ...Buffer.from('data')]);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const STATUS = '{"hash":3400618848,"revision":6,"totalKey":12,"totalSize":20480}';

/** Of the members the leader and one follower; only the follower may be asked for it. */
function snapshotting(sends: string) {
  return {
    'control-plane-1': `grep -q 'snapshot save' "$here/$node.asked" && exit 9\n${says('etcd-healthy-1')}`,
    'control-plane-2': `if grep -q 'snapshot save' "$here/$node.asked"; then\n${sends}\nelse ${says('etcd-healthy-2')} fi`,
    'control-plane-3': says('etcd-healthy-3'),
  };
}

function sending(sha256: string, status = STATUS): string {
  return `printf 'sudo: unable to resolve host\\n--- status\\n${status}\\n--- file\\n${sha256}  etcd.db\\n' >&2\nprintf '${CONTENT}'`;
}

describe('a snapshot', () => {
  test('comes from a follower, byte by byte, into a file for nobody else', async () => {
    await using desk = await Desk.alone();
    const { asking } = await AnsweringMachines.at(desk, snapshotting(sending(SHA256)));
    const path = join(desk.home, 'etcd.db');
    expect(await etcdSnapshot(asking, path, FOREVER)).toEqual({
      path,
      node: 'control-plane-2',
      revision: 6,
      keys: 12,
      sizeBytes: BYTES.length,
      sha256: SHA256,
    });
    expect(await readFile(path)).toEqual(BYTES);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['is not what was sent', sending('0'.repeat(64)), 'What came is not what control-plane-2 has sent.'],
    ['is described by nothing', `printf '${CONTENT}'`, 'What control-plane-2 said of it cannot be read.'],
    ['is described by nonsense', sending(SHA256, '[]'), 'What control-plane-2 said of it cannot be read.'],
    [
      'could not be taken',
      "printf '\\000'; echo 'context deadline exceeded' >&2; exit 1",
      'control-plane-2: context deadline exceeded',
    ],
  ])('that %s leaves nothing behind', async (_title, sends, detail) => {
    await using desk = await Desk.alone();
    const { asking } = await AnsweringMachines.at(desk, snapshotting(sends));
    const taken = etcdSnapshot(asking, join(desk.home, 'etcd.db'), FOREVER);
    await expect(taken).rejects.toMatchObject({ code: 'etcd.snapshot-failed', detail });
    expect((await readdir(desk.home)).filter((name) => name.startsWith('etcd.db'))).toEqual([]);
  });

  test('takes the place of nothing', async () => {
    await using desk = await Desk.alone();
    const { asking } = await AnsweringMachines.at(desk, snapshotting(sending(SHA256)));
    const path = join(desk.home, 'etcd.db');
    await writeFile(path, 'an older one');
    await expect(etcdSnapshot(asking, path, FOREVER)).rejects.toMatchObject({ code: 'etcd.snapshot-failed' });
    expect(await readFile(path, 'utf8')).toBe('an older one');
  });

  test('is taken of nothing that is not healthy', async () => {
    await using desk = await Desk.alone();
    const { asking } = await AnsweringMachines.at(desk, { 'control-plane-1': says('etcd-no-quorum-1') });
    await expect(etcdSnapshot(asking, join(desk.home, 'etcd.db'), FOREVER)).rejects.toMatchObject({
      code: 'etcd.snapshot-failed',
      detail: 'No member of it is healthy on a machine that answers.',
    });
  });
});
