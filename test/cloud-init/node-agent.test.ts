import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readNodeAgent, withoutComments } from '#cloud-init/node-agent.ts';
import { FailureReport, Hello, StageReport } from '#host/protocol.ts';
import { SystemFiles } from '#std/system-files.ts';
import { DoorServer } from '../providers/local/mailbox/support/door-server.ts';
import { AgentStand, BOX, HOST_KEY } from './support/agent-stand.ts';

const KEY = 'etc/bootstrap/overlay.key';

describe('the agent of a node', () => {
  test('says hello and reports the stage, and is done', async () => {
    await using server = await DoorServer.open();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(await server.letters()).toEqual(['hello', 'stage-01-network']);
    const hello = Hello.parse(JSON.parse(await server.letter('hello')));
    expect(hello).toMatchObject({ format: 1, box: BOX, keys: { sshHost: HOST_KEY } });
    const report = StageReport.parse(JSON.parse(await server.letter('stage-01-network')));
    expect(report).toEqual({ format: 1, box: BOX, stage: 'network', tookMs: 12_340 });
  });

  test('keeps the private half of its key to itself, and names the public one that belongs to it', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.boot();
    await stand.run();
    const text = await server.letter('hello');
    const secret = (await stand.read(KEY)).trim();
    expect(Hello.parse(JSON.parse(text)).keys.overlay).toBe(publicHalfOf(secret));
    expect(text).not.toContain(secret);
    expect((await stat(stand.path(KEY))).mode & 0o777).toBe(0o600);
  });

  test('has nothing to say when it is started again', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.boot();
    await stand.run();
    const [key, asked] = [await stand.read(KEY), server.visits];
    expect(await stand.run()).toBe(0);
    expect([await stand.read(KEY), server.visits]).toEqual([key, asked]);
  });

  test('says only what is missing after a machine has gone down in the middle', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.write('etc/ssh/ssh_host_ed25519_key.pub', HOST_KEY);
    const agent = stand.start();
    await stand.slept(3);
    agent.kill('SIGKILL');
    await once(agent, 'exit');
    expect(await server.letters()).toEqual(['hello']);
    await stand.endCloudInit();
    expect(await stand.run()).toBe(0);
    expect(await server.letters()).toEqual(['hello', 'stage-01-network']);
    expect(server.visits).toBe(2);
  });

  test('takes a letter that is there for said, when it has forgotten that it was', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.boot();
    await stand.run();
    const hello = await server.letter('hello');
    await stand.remove('etc/bootstrap/sent');
    expect(await stand.run()).toBe(0);
    expect(await server.letter('hello')).toBe(hello);
    expect(server.visits).toBe(4);
  });

  test('makes a key of its own on a copy of the disk', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.boot();
    await stand.run();
    const key = await stand.read(KEY);
    await using other = await DoorServer.openInside();
    await stand.write('etc/bootstrap/settings', `FORMAT=1 MAILBOX=${urlOf(other)} LETTERS=stage-01-network\n`);
    await stand.write('var/lib/cloud/data/instance-id', 'another-box\n');
    expect(await stand.run()).toBe(0);
    expect(await stand.read(KEY)).not.toBe(key);
    expect(Hello.parse(JSON.parse(await other.letter('hello'))).box).toBe('another-box');
  });
});

describe('an agent that has to wait', () => {
  test('knocks again and again, after 15 seconds at most, until somebody is there', async () => {
    const absent = await DoorServer.openInside();
    const { port } = absent;
    await absent[Symbol.asyncDispose]();
    await using stand = await AgentStand.open(`http://127.0.0.1:${port}`);
    await stand.boot();
    const agent = stand.start();
    expect((await stand.slept(7)).slice(0, 7)).toEqual([1, 2, 4, 8, 15, 15, 15]);
    await using server = await DoorServer.openInside(port);
    await once(agent, 'exit');
    expect(await server.letters()).toEqual(['hello', 'stage-01-network']);
  });

  test('does not say hello before the host has its key, nor report before cloud-init has ended', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    const agent = stand.start();
    await stand.slept(3);
    expect(await server.letters()).toEqual([]);
    await stand.write('etc/ssh/ssh_host_ed25519_key.pub', HOST_KEY);
    // The third sleep from here is one for the end of cloud-init, whatever it was in the middle of.
    await stand.slept((await stand.slept(0)).length + 3);
    expect(await server.letters()).toEqual(['hello']);
    await stand.endCloudInit();
    await once(agent, 'exit');
    expect(await server.letters()).toEqual(['hello', 'stage-01-network']);
  });
});

describe('an agent on a machine that went wrong', () => {
  test('says what cloud-init said, with the last lines of its log, whatever is in them', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    const log = Array.from({ length: 80 }, (_, index) => `line ${index + 1}`);
    const odd = ['"quoted" \\ back', "it's $(reboot) `x` %s", 'tab\there', 'bell\u0007 and ümlaut', 'x'.repeat(3_000)];
    await stand.write('var/log/cloud-init-output.log', `${[...log, ...odd].join('\n')}\n`);
    await stand.boot(["('write_files', ValueError(\"no 'path'\"))"]);
    expect(await stand.run()).toBe(0);
    expect(await server.letters()).toEqual(['failed', 'hello']);
    const report = FailureReport.parse(JSON.parse(await server.letter('failed')));
    expect(report).toMatchObject({ format: 1, box: BOX, stage: 'network' });
    expect(report.reason).toMatch(/^cloud-init has ended with errors: .*write_files.*no 'path'/);
    expect(report.lastLines.slice(0, 45)).toEqual(log.slice(35));
    expect(report.lastLines.slice(45)).toEqual([
      '"quoted" \\ back',
      "it's $(reboot) `x` %s",
      'tab here',
      'bell and mlaut',
      'x'.repeat(500),
    ]);
  });

  test('fits its worst failure into a letter', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.write('var/log/cloud-init-output.log', `${'"'.repeat(2_000)}\n`.repeat(60));
    await stand.boot(['"'.repeat(5_000)]);
    await stand.run();
    expect(FailureReport.parse(JSON.parse(await server.letter('failed'))).lastLines).toHaveLength(50);
  });

  test('says so when a unit of cloud-init has failed and no end will come', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.boot();
    await stand.remove('run/cloud-init/result.json');
    await stand.write('unit-failed', '');
    expect(await stand.run()).toBe(0);
    const report = FailureReport.parse(JSON.parse(await server.letter('failed')));
    expect(report).toMatchObject({ stage: 'network', lastLines: [] });
  });

  test('has failed for good: it says nothing more when it is started again', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.boot(['an error']);
    await stand.run();
    const asked = server.visits;
    await stand.endCloudInit();
    expect(await stand.run()).toBe(0);
    expect(server.visits).toBe(asked);
  });

  test('says that it does not know a stage that it has never heard of', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server), 'stage-01-network stage-02-far-away');
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(await server.letters()).toEqual(['failed', 'hello', 'stage-01-network']);
    const report = FailureReport.parse(JSON.parse(await server.letter('failed')));
    expect(report).toMatchObject({ stage: 'far-away', reason: 'This machine does not know the stage.' });
  });

  test('goes on trying without a key: whoever starts it again is told that it failed', async () => {
    await using server = await DoorServer.openInside();
    await using stand = await AgentStand.open(urlOf(server));
    await stand.writeProgram('openssl', '#!/bin/sh\nexit 1\n');
    await stand.boot();
    expect(await stand.run()).toBe(1);
    expect(await server.letters()).toEqual([]);
  });
});

describe('the agent as it travels', () => {
  test('is without comments and indentation, and has nothing in it that lives on lines', async () => {
    const script = await readNodeAgent(new SystemFiles());
    const [shebang, ...lines] = script.trimEnd().split('\n');
    expect(shebang).toBe('#!/bin/sh');
    expect(lines.filter((line) => /^\s|^#|^$|<<|\\$/.test(line))).toEqual([]);
    expect(lines.filter((line) => (line.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1)).toEqual([]);
  });

  test('loses its comments and nothing else', () => {
    expect(withoutComments('#!/bin/sh\n# why\nif a; then\n  # how\n  b # c\n\nfi\n')).toBe(
      '#!/bin/sh\nif a; then\nb # c\nfi\n',
    );
  });
});

function urlOf({ port }: DoorServer): string {
  return `http://127.0.0.1:${port}`;
}

/** As Node works it out. */
function publicHalfOf(secret: string): string {
  const head = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const key = createPrivateKey({
    key: Buffer.concat([head, Buffer.from(secret, 'base64')]),
    format: 'der',
    type: 'pkcs8',
  });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}
