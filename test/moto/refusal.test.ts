import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ended, Workstation } from '../processes/program/workstation.ts';
import { CountingProxy } from './counting-proxy.ts';
import { environmentFor, type MotoServer, startMoto } from './moto-server.ts';
import { shopFile } from './shop-file.ts';

let moto: MotoServer;
let proxy: CountingProxy;
let workstation: Workstation;

beforeAll(async () => {
  moto = await startMoto();
  proxy = await CountingProxy.before(moto.endpoint);
  workstation = await Workstation.open();
  const text = shopFile({ nodes: '{ converged: { count: 3 } }', from: '203.0.113.7/32' });
  await writeFile(join(workstation.home, 'shop.yaml'), text);
});

afterAll(async () => {
  await workstation[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});

async function plan(
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = ['--emulator', '60'],
): Promise<{ readonly code: number | null; readonly said: string; readonly calls: number }> {
  proxy.begin();
  const child = workstation.start(['plan', '-f', 'shop.yaml', ...flags], environment);
  const { code, stdout, stderr } = await ended(child);
  return { code, said: stdout + stderr, calls: proxy.traffic.calls.length };
}

const { AWS_ENDPOINT_URL: _, ...noEndpoint } = environmentFor('http://127.0.0.1:9');

test.each([
  ['no endpoint at all', noEndpoint, 'ec2 to ec2.eu-west-3.amazonaws.com'],
  [
    'one by a name that may lead anywhere',
    environmentFor('http://emulator.example.com:5000'),
    'ec2 to emulator.example.com:5000',
  ],
  ['one at a public address', environmentFor('http://203.0.113.9:5000'), 'kms to 203.0.113.9:5000'],
])('with %s the flag is refused, before anything is sent', async (_what, environment, told) => {
  const { code, said } = await plan(environment);
  expect(code).toBe(3);
  expect(said).toContain('[emulator.refused]');
  expect(said.replaceAll(/\s+/g, ' ')).toContain(told);
});

test('with one service that would still go to AWS the flag is refused, before anything is sent', async () => {
  const environment = { ...environmentFor(proxy.endpoint), AWS_ENDPOINT_URL_IAM: 'https://iam.amazonaws.com' };
  const { code, said, calls } = await plan(environment);
  expect([code, calls]).toEqual([3, 0]);
  expect(said.replaceAll(/\s+/g, ' ')).toContain('these would not: iam to iam.amazonaws.com.');
});

test('an endpoint in the profile is as good as one in a variable', async () => {
  const profile = join(workstation.home, 'aws-config');
  await writeFile(profile, `[default]\nendpoint_url = ${proxy.endpoint}\n`);
  const { code, said } = await plan({ ...noEndpoint, AWS_CONFIG_FILE: profile });
  expect(code).toBe(2);
  const where = `EMULATOR at ${new URL(proxy.endpoint).host}`;
  expect(said.split('\n')[0]).toContain(`${where}: machines do not boot`);
  expect(said.trimEnd().split('\n').at(-1)).toBe(
    `${where}: no cloud was touched, no machine has booted, and no site has answered.`,
  );
});

test('the variable does what the flag does, and says no to what is no speed', async () => {
  const environment = environmentFor(proxy.endpoint);
  expect(await plan({ ...environment, BOOTSTRAP_EMULATOR: '60' }, [])).toMatchObject({ code: 2 });
  const { code, said } = await plan({ ...environment, BOOTSTRAP_EMULATOR: 'fast' }, []);
  expect(code).toBe(3);
  expect(said.replaceAll(/\s+/g, ' ')).toContain('"fast" is not a speed');
});

test('without the flag nothing says that it is an emulator', async () => {
  const { code, said } = await plan(environmentFor(proxy.endpoint), []);
  expect(code).toBe(2);
  expect(said).not.toContain('EMULATOR');
});
