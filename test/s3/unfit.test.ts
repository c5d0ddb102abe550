import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListBucketsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isProblem, type Problem } from '#engine/problem.ts';
import type { ObjectStore } from '#state/object-store.ts';
import { probePreconditions } from '#state/probe.ts';
import { type RadosGateway, startRadosgw } from '../ceph/radosgw.ts';
import { environmentFor, type MotoServer } from '../moto/moto-server.ts';
import { shopFile } from '../moto/shop-file.ts';
import { ended, Workstation } from '../processes/program/workstation.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { startCarelessMoto } from './careless-moto.ts';
import { type Judge, newBucket, storeIn } from './judge.ts';
import { creationRounds, replacementRounds } from './rounds.ts';

/** Few, for they only show what a store does that the probe has judged by itself. */
const ROUNDS = 10;
const KEEPS_ITS_WORD = { 1: ROUNDS };

describe('moto 5.0.12, which does not know conditions on writes,', () => {
  let moto: MotoServer;
  beforeAll(async () => {
    moto = await startCarelessMoto();
    return () => moto[Symbol.asyncDispose]();
  });

  test.each([true, false])('is refused, versions kept: %s', async (versions) => {
    const judge = { title: 'moto 5.0.12', clientConfig: moto.clientConfig, versions };
    const { winners } = await creationRounds(judge, ROUNDS);
    expect(winners).not.toHaveProperty('1');
    const { refused, left } = await probed(judge);
    expect(refused?.detail).toMatch(/^s3:\/\/.*\/state\/: \d+ of 16 created one object\.$/);
    expect(left).toEqual([]);
  });

  test('is refused by the program before any state is there, with a remedy, and leaves nothing after a delete', async () => {
    const s3 = new S3Client(moto.clientConfig);
    await using workstation = await Workstation.open();
    const file = { nodes: '{ converged: { count: 3 } }', from: '203.0.113.7/32' };
    await writeFile(join(workstation.home, 'shop.yaml'), shopFile(file));
    const run = async (...args: readonly string[]) =>
      ended(workstation.start([...args, '--plain', '--emulator', '60'], environmentFor(moto.endpoint)));
    const created = await run('create', '-f', 'shop.yaml', '--yes');
    expect(created.stdout).toMatch(REFUSAL);
    expect(created).toMatchObject({ code: 1, signal: null });
    const [bucket] = await bucketsIn(s3);
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const written = Versions.map(({ Key = '' }) => Key.replace(/[0-9a-f]{16,}/, 'ID'));
    expect(new Set(written)).toEqual(new Set(['state/probe/ID-object.json']));
    expect(await run('delete', 'shop', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect(await bucketsIn(s3)).toEqual([]);
  });
});

/** Summary, detail, remedy. */
const REFUSAL = new RegExp(
  [
    'This store does not keep conditional writes apart \\[state\\.store-unfit\\]',
    'state/: \\d+ of 16 created one object\\.',
    'Keep the state on a local disk or in a store with conditional\\s+writes',
    'bootstrap status shop',
  ].join('[\\s\\S]*'),
);

async function bucketsIn(s3: S3Client): Promise<readonly string[]> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand());
  return Buckets.map(({ Name = '' }) => Name).filter((name) => !name.startsWith('bootstrap-judged-'));
}

describe('the S3 of Ceph', () => {
  const gateways: RadosGateway[] = [];
  const open = async (suite: 'trixie' | 'forky'): Promise<RadosGateway> => {
    const gateway = await startRadosgw(suite);
    gateways.push(gateway);
    return gateway;
  };
  afterAll(async () => {
    for (const gateway of gateways) await gateway[Symbol.asyncDispose]();
  });

  test('of Debian 13 is refused: without versions it takes no condition on a version, with them it ignores the other', async () => {
    const gateway = await open('trixie');
    const plain = { title: `radosgw ${gateway.version}`, clientConfig: gateway.clientConfig, versions: false };
    const versioned = { ...plain, versions: true };
    expect((await replacementRounds(plain, ROUNDS)).winners).toEqual({ 0: ROUNDS });
    expect((await probed(plain)).refused?.detail).toMatch(
      /: a write on top of the version that it had just shown was refused\.$/,
    );
    expect((await creationRounds(versioned, ROUNDS)).winners).toEqual({ 16: ROUNDS });
    expect((await probed(versioned)).refused?.detail).toMatch(/: 16 of 16 created one object\.$/);
  });

  test('of Debian testing is refused where it keeps versions, unless its writers are kept apart there too', async () => {
    const gateway = await open('forky');
    const judge = { title: `radosgw ${gateway.version}`, clientConfig: gateway.clientConfig, versions: true };
    const created = await creationRounds(judge, ROUNDS);
    const replaced = await replacementRounds(judge, ROUNDS);
    const keepsApart = [created, replaced].every(({ winners }) => isSame(winners, KEEPS_ITS_WORD));
    const { refused } = await probed(judge);
    expect(refused === undefined).toBe(keepsApart);
  });
});

/** What the probe says of a new bucket, and what it leaves there. */
async function probed(judge: Judge): Promise<{ refused: Problem | undefined; left: readonly string[] }> {
  const store = storeIn(await newBucket(judge), judge.clientConfig);
  const refused = await refusalOf(store);
  const { title, versions } = judge;
  console.log(`${title}, ${versions ? 'with' : 'without'} versions: ${refused?.message ?? 'fit'}`);
  return { refused, left: await store.listObjects('') };
}

async function refusalOf(store: ObjectStore): Promise<Problem | undefined> {
  try {
    await probePreconditions(store, new SeededRandom(1));
    return undefined;
  } catch (error) {
    if (isProblem(error, 'state.store-unfit')) return error;
    throw error;
  }
}

function isSame(left: Record<number, number>, right: Record<number, number>): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
