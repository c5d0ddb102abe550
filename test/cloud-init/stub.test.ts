import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { storedGzip } from '#std/stored-gzip.ts';
import { tarArchive } from '#std/tar.ts';
import { AgentStand } from './support/agent-stand.ts';

const FORGED = storedGzip(
  tarArchive([{ name: 'agent.sh', mode: 0o755, bytes: Buffer.from('#!/bin/sh\ntouch "$BOOTSTRAP_ROOT/taken"\n') }]),
);

describe('the stub', () => {
  test('brings the scripts, with the rights that they need, and starts the agent', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    await stand.boot();
    expect(await stand.run()).toBe(0);
    const folder = `opt/bootstrap/bundle-${stand.bundle.sha256}`;
    expect(await stand.mode(`${folder}/agent.sh`)).toBe('755');
    expect(await stand.mode(`${folder}/run-stage`)).toBe('755');
    expect(await stand.mode(`${folder}/request.conf`)).toBe('644');
    expect(await stand.read('opt/bootstrap/node/lib.sh')).toBe(await stand.read(`${folder}/lib.sh`));
    expect(await stand.has('opt/bootstrap/draft')).toBe(false);
  });

  test('runs nothing that has another digest, and goes on when it comes right', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    stand.mailbox.assets.set(stand.bundle.sha256, FORGED);
    await stand.boot();
    const stub = stand.start();
    await stand.slept(3);
    expect(await stand.has('taken')).toBe(false);
    expect(await stand.has(`opt/bootstrap/bundle-${stand.bundle.sha256}`)).toBe(false);
    stand.mailbox.shelve(stand.bundle.bytes);
    await once(stub, 'exit');
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network']);
    expect(await stand.has('taken')).toBe(false);
  });

  test('waits for scripts that are not on the shelf yet', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    stand.mailbox.assets.clear();
    await stand.boot();
    const stub = stand.start();
    await stand.slept(2);
    stand.mailbox.shelve(stand.bundle.bytes);
    await once(stub, 'exit');
    expect(stub.exitCode).toBe(0);
  });

  test('tries again after a connection that broke', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    stand.mailbox.breaksAfter = 5_000;
    await stand.boot();
    const stub = stand.start();
    await stand.slept(2);
    stand.mailbox.breaksAfter = Number.POSITIVE_INFINITY;
    await once(stub, 'exit');
    expect(stub.exitCode).toBe(0);
  });

  test('needs nobody any more once the scripts are there', async () => {
    await using stand = await AgentStand.open({
      scripts: { 'stages/mark.sh': 'echo here >>"$BOOTSTRAP_ROOT/marks"\n' },
    });
    stand.welcomeAll({ stages: ['mark'] });
    await stand.boot();
    await stand.run();
    await stand.tellMailbox('http://127.0.0.1:1');
    await stand.reboot();
    expect(await stand.run()).toBe(0);
    expect(await stand.lines('marks')).toEqual(['here', 'here']);
  });
});
