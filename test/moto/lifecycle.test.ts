import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Workstation } from '../processes/program/workstation.ts';
import { accountCensus, textOf } from './account-census.ts';
import { CountingProxy } from './counting-proxy.ts';
import { figureTable } from './figures.ts';
import { type MotoServer, startMoto } from './moto-server.ts';
import { type ProgramRun, runProgram } from './run-program.ts';
import { type ShopFile, shopFile } from './shop-file.ts';

interface Topology {
  readonly title: string;
  /** What somebody else has made beforehand; returns lines for the file. */
  readonly prepare: (ec2: EC2Client) => Promise<readonly string[]>;
  readonly first: ShopFile;
  /** Counts, types, rules and tags differ. */
  readonly changed: ShopFile;
}

const SEPARATE = '{ control-plane: { count: 3 }, worker: { count: 3 }, storage: { count: 4 } }';
const CHANGED = '{ control-plane: { count: 3 }, worker: { count: 4, machine: m6i.large }, storage: { count: 3 } }';
const CONVERGED = '{ converged: { count: 3 } }';
const LARGER = '{ converged: { count: 3, machine: m6i.xlarge } }';
const HOME = '203.0.113.7/32';
const OFFICE = '198.51.100.0/24';
const TRIAL = '{ team: web, stage: trial }';
const LIVE = '{ team: shop, owner: web }';

const TOPOLOGIES: readonly Topology[] = [
  {
    title: 'three zones, public addresses',
    prepare: async () => [],
    first: { nodes: SEPARATE, from: HOME, tags: TRIAL },
    changed: { nodes: CHANGED, from: OFFICE, tags: LIVE },
  },
  {
    title: 'a private network with gateways, a bastion and a balancer',
    prepare: async () => ['network: { topology: private }'],
    first: { nodes: CONVERGED, from: HOME, tags: TRIAL },
    changed: { nodes: LARGER, from: OFFICE, tags: LIVE },
  },
  {
    title: 'parts of a network that somebody else has made',
    prepare: async (ec2) => [`network: { existing: ${await makeNetwork(ec2)}, machines: 10.42.128.0/17 }`],
    first: { nodes: CONVERGED, from: HOME, tags: TRIAL },
    changed: { nodes: LARGER, from: OFFICE, tags: LIVE },
  },
];

async function makeNetwork(ec2: EC2Client): Promise<string> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.42.0.0/16' }));
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand());
  const { VpcId = '' } = Vpc ?? {};
  const { InternetGatewayId } = InternetGateway ?? {};
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  return VpcId;
}

const SERVER_MS = 300_000;
let moto: MotoServer;
const tables: string[] = [];

beforeEach(async () => {
  moto = await startMoto();
  return () => moto[Symbol.asyncDispose]();
});

afterAll(() => console.log(`\n${tables.join('\n\n')}\n`));

describe.each(TOPOLOGIES)('$title', ({ title, prepare, first, changed }) => {
  test(
    'the whole life of a cluster, each step a process of its own, leaves the account as it was',
    async () => {
      await using proxy = await CountingProxy.before(moto.endpoint);
      await using workstation = await Workstation.open();
      const more = await prepare(new EC2Client(moto.clientConfig));
      await writeFile(join(workstation.home, 'first.yaml'), shopFile({ ...first, more }));
      await writeFile(join(workstation.home, 'changed.yaml'), shopFile({ ...changed, more }));
      const runs: { readonly what: string; readonly run: ProgramRun }[] = [];
      const run = async (what: string, args: readonly string[]): Promise<ProgramRun> => {
        const end = await runProgram({ workstation, proxy }, args);
        runs.push({ what, run: end });
        if (end.code !== 0) console.log(`${what} ended with ${end.code}:\n${end.stdout.slice(-LAST_WORDS)}`);
        return end;
      };
      const before = await census();

      expect(await run('create', ['create', '-f', 'first.yaml', '--yes', '--plain'])).toMatchObject(GOOD);
      expect(await tagsOfOurs()).toEqual(tagsOf(first));
      expect(await run('plan, empty', ['plan', 'shop'])).toMatchObject(GOOD);
      expect(await run('plan, changed', ['plan', '-f', 'changed.yaml'])).toMatchObject({ ...GOOD, code: 2 });
      expect(await run('apply', ['apply', '-f', 'changed.yaml', '--plain'])).toMatchObject(GOOD);
      expect(await tagsOfOurs()).toEqual(tagsOf(changed));
      expect(await run('plan, empty again', ['plan', 'shop'])).toMatchObject(GOOD);
      expect(await run('delete', ['delete', 'shop', '--yes', '--plain'])).toMatchObject(GOOD);
      tables.push(figureTable(title, runs));
      expect(await census()).toEqual(before);
    },
    SERVER_MS,
  );
});

const GOOD = { code: 0, stderr: '' };
/** Of what a run said, enough to see why it ended as it did. */
const LAST_WORDS = 3_000;

async function census(): Promise<readonly string[]> {
  return (await accountCensus(moto)).map(textOf);
}

/** What is on the cluster's things beside the marks: the same on all of them. */
async function tagsOfOurs(): Promise<readonly string[]> {
  const ours = (await accountCensus(moto)).filter(({ tags }) => tags['bootstrap:cluster'] !== undefined);
  const isOwn = ([key]: readonly [string, string]) => key !== 'Name' && !key.startsWith('bootstrap:');
  const texts = ours.map(({ tags }) =>
    Object.entries(tags)
      .filter(isOwn)
      .map(([key, value]) => `${key}: ${value}`),
  );
  return [...new Set(texts.map((text) => text.toSorted().join(', ')))];
}

function tagsOf({ tags = '' }: ShopFile): readonly string[] {
  return [
    tags
      .replace(/[{} ]+/g, ' ')
      .trim()
      .split(', ')
      .toSorted()
      .join(', '),
  ];
}
