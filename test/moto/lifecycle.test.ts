import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateVpcCommand,
  DescribeSecurityGroupsCommand,
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
  /** What somebody else has made beforehand; returns what the file says of the network. */
  readonly prepare: (ec2: EC2Client) => Promise<string>;
  readonly first: Stage;
  /** Counts, types, rules and tags differ. */
  readonly changed: Stage;
}

interface Stage extends ShopFile {
  /** Ports of services, as the file has them. */
  readonly open: string;
  /** The rules that this makes. */
  readonly opened: readonly string[];
}

const SEPARATE = '{ control-plane: { count: 3 }, worker: { count: 3 }, storage: { count: 4 } }';
const CHANGED = '{ control-plane: { count: 3 }, worker: { count: 4, machine: m6i.large }, storage: { count: 3 } }';
const CONVERGED = '{ converged: { count: 3 } }';
const LARGER = '{ converged: { count: 3, machine: m6i.xlarge } }';
const HOME = '203.0.113.7/32';
const OFFICE = '198.51.100.0/24';
const TRIAL = '{ team: web, stage: trial }';
const LIVE = '{ team: shop, owner: web }';

const TO_ALL = { open: '{ port: 30080 }', opened: ['tcp 30080-30080 0.0.0.0/0'] };
const TO_OFFICE = {
  open: `{ port: 30080, from: [${OFFICE}] }, { port: 5000, through: 5009, protocol: udp }`,
  opened: [`tcp 30080-30080 ${OFFICE}`, 'udp 5000-5009 0.0.0.0/0'],
};
/** The machines behind it let in nobody else. */
const BALANCED_TO_ALL = { open: TO_ALL.open, opened: [...TO_ALL.opened, 'tcp 30080-30080 a group'] };
const BALANCED_TO_OFFICE = {
  open: `{ port: 30081, from: [${OFFICE}] }`,
  opened: [`tcp 30081-30081 ${OFFICE}`, 'tcp 30081-30081 a group'],
};

const TOPOLOGIES: readonly Topology[] = [
  {
    title: 'three zones, public addresses',
    prepare: async () => 'topology: public',
    first: { nodes: SEPARATE, from: HOME, tags: TRIAL, ...TO_ALL },
    changed: { nodes: CHANGED, from: OFFICE, tags: LIVE, ...TO_OFFICE },
  },
  {
    title: 'a private network with gateways, a bastion and a balancer',
    prepare: async () => 'topology: private',
    first: { nodes: CONVERGED, from: HOME, tags: TRIAL, ...BALANCED_TO_ALL },
    changed: { nodes: LARGER, from: OFFICE, tags: LIVE, ...BALANCED_TO_OFFICE },
  },
  {
    title: 'parts of a network that somebody else has made',
    prepare: async (ec2) => `existing: ${await makeNetwork(ec2)}, machines: 10.42.128.0/17`,
    first: { nodes: CONVERGED, from: HOME, tags: TRIAL, ...TO_ALL },
    changed: { nodes: LARGER, from: OFFICE, tags: LIVE, ...TO_OFFICE },
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
      const network = await prepare(new EC2Client(moto.clientConfig));
      for (const [name, stage] of [['first', first] as const, ['changed', changed] as const]) {
        const text = shopFile({ ...stage, more: [`network: { ${network}, open: [${stage.open}] }`] });
        await writeFile(join(workstation.home, `${name}.yaml`), text);
      }
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
      expect(await openedNow()).toEqual(first.opened);
      expect(await run('plan, empty', ['plan', 'shop'])).toMatchObject(GOOD);
      expect(await run('plan, changed', ['plan', '-f', 'changed.yaml'])).toMatchObject({ ...GOOD, code: 2 });
      expect(await run('apply', ['apply', '-f', 'changed.yaml', '--plain'])).toMatchObject(GOOD);
      expect(await tagsOfOurs()).toEqual(tagsOf(changed));
      expect(await openedNow()).toEqual(changed.opened);
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

/** Rules of ports that nothing but the file opens. */
async function openedNow(): Promise<readonly string[]> {
  const { SecurityGroups = [] } = await new EC2Client(moto.clientConfig).send(new DescribeSecurityGroupsCommand());
  const rules = SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions).flatMap((rule) => {
    const { IpProtocol, FromPort = 0, ToPort, IpRanges = [], UserIdGroupPairs = [] } = rule;
    const sources = [...IpRanges.map(({ CidrIp }) => String(CidrIp)), ...UserIdGroupPairs.map(() => 'a group')];
    return OWN_PORTS.has(FromPort) ? [] : sources.map((source) => `${IpProtocol} ${FromPort}-${ToPort} ${source}`);
  });
  return rules.toSorted();
}

/** What the rules without a port have, and what is open in every cluster. */
const OWN_PORTS: ReadonlySet<number> = new Set([-1, 0, 3, 22, 80, 443, 6_443, 51_820]);

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
