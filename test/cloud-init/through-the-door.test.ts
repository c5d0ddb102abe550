import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sha256Hex } from '#std/hash.ts';
import { DoorServer } from '../providers/local/mailbox/support/door-server.ts';
import { AgentStand } from './support/agent-stand.ts';

test('a machine becomes a node through the door that a workstation opens for it', async () => {
  const use = '. "${0%/*}/../lib.sh"\n"$OPT/bin/large"\n';
  await using server = await DoorServer.open();
  await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': use } });
  const large = Buffer.from(`#!/bin/sh\necho it runs\nexit 0\n${'x'.repeat(3_000_000)}`);
  const sha256 = sha256Hex(large);
  const shelf = join(server.ground, 'assets');
  await mkdir(shelf, { recursive: true });
  await writeFile(join(shelf, stand.bundle.sha256), stand.bundle.bytes);
  await writeFile(join(shelf, sha256), large);
  // It was interrupted in the middle once.
  await stand.write(`var/lib/bootstrap/assets/${sha256}.part`, large.toString('utf8', 0, 1_000_000));
  await stand.tellMailbox(`http://127.0.0.1:${server.port}`);
  await stand.boot();
  const machine = stand.start();
  while (!(await server.letters()).includes('hello')) await sleep(20);
  const assets = [{ name: 'large', form: 'program' as const, sha256 }];
  await writeFile(join(server.box, 'welcome'), stand.welcomeText({ stages: ['network', 'packages', 'use'], assets }));
  await once(machine, 'exit');
  expect(await server.letters()).toEqual(['hello', 'stage-01-network', 'stage-02-packages', 'stage-03-use', 'welcome']);
  expect(await stand.lines('var/log/bootstrap/use.log')).toEqual(['it runs']);
});
