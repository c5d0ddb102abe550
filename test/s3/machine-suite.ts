import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Hello } from '#host/protocol.ts';
import { sha256Hex } from '#std/hash.ts';
import { BucketMachine, KEYS_SECONDS, SNAPSHOT_BYTES, STAGES, TOOL } from './bucket-machine.ts';
import type { MachineGround } from './machine-ground.ts';

const LOOK_MS = 50;
const RUNS_MAX = 120;
const KILLS_MIN = 10;
const KILLS_MS = 400_000;
const LETTERS = ['hello', 'stage-01-network', 'stage-02-packages', 'stage-03-use', 'welcome'];
/** Whatever is done for good, and whatever is said, is done by one of these. */
const PROGRAMS = ['curl', 'mv', 'python3', 'sync', 'tar', 'openssl', 'systemctl'];

type Moment = 'before' | 'after';

/** A machine of which all words go through a bucket of somebody who checks its signatures. */
export function describeMachine(title: string, ground: MachineGround, moment: Moment): void {
  describe(`a machine whose mailbox is in a bucket of ${title}`, () => {
    becomesNode(ground);
    goesOnAfterPowerFailures(ground, moment);
    goesOnWithoutItsDoor(ground);
    trustsNobody(ground);
  });
}

function becomesNode(ground: MachineGround): void {
  test('becomes a node, and brings what apt, the shelf and the board have for it', async () => {
    await using machine = await BucketMachine.open(ground);
    const { stand, box } = machine;
    await machine.lacksCurl();
    await ground.put('peers.json', JSON.stringify({ format: 1, revision: 3, peers: [] }));
    await stand.boot();
    expect(await machine.runs({ stages: [...STAGES, 'peers', 'snapshot'] })).toBe(0);
    expect(await ground.list(box)).toEqual([...LETTERS.slice(0, -1), 'stage-04-peers', 'stage-05-snapshot', 'welcome']);
    expect(await stand.lines('counted')).toEqual(['ran']);
    expect(await stand.lines('apt')).toEqual(['update', 'install']);
    expect(JSON.parse(await stand.read('peers'))).toEqual({ format: 1, peers: [] });
    expect(await stand.lines('var/log/bootstrap/snapshot.log')).toEqual(['201']);
    expect(sha256Hex(await ground.read('snapshots/etcd-7'))).toBe(sha256Hex(Buffer.alloc(SNAPSHOT_BYTES)));
  });
}

function goesOnAfterPowerFailures(ground: MachineGround, moment: Moment): void {
  test(
    `whose power fails ${moment} any step goes on where it was: one hello, one key, each letter once`,
    async () => {
      await using machine = await BucketMachine.open(ground);
      const { stand, box } = machine;
      for (const program of PROGRAMS) await stand.writeProgram(program, await machine.failing(program, moment));
      await stand.boot();
      const hellos = new Set<string>();
      let kills = 0;
      for (let call = 1; ; call += 1) {
        expect(call).toBeLessThan(RUNS_MAX);
        await stand.write('calls', '');
        await stand.write('fails-at', `${call}\n`);
        if ((await machine.runs()) === 0) break;
        kills += 1;
        if ((await ground.list(box)).includes('hello')) hellos.add(sha256Hex(await ground.read(`${box}/hello`)));
        await stand.killDoor();
        await stand.reboot();
      }
      expect(kills).toBeGreaterThanOrEqual(KILLS_MIN);
      expect(await ground.list(box)).toEqual(LETTERS);
      expect(hellos.size).toBe(1);
      const hello = Hello.parse(JSON.parse(Buffer.from(await ground.read(`${box}/hello`)).toString()));
      expect(hello.keys.overlay).toBe((await stand.read('etc/bootstrap/overlay.pub')).trim());
      expect(await stand.lines('counted')).toContain('ran');
    },
    KILLS_MS,
  );
}

function goesOnWithoutItsDoor(ground: MachineGround): void {
  test('whose door is killed again and again has each letter there once', async () => {
    await using machine = await BucketMachine.open(ground);
    const { stand, box } = machine;
    await stand.boot();
    const over = machine.runs();
    for (let time = 0; ; time += 1) {
      // Longer and longer, so that it comes to an end.
      if ((await Promise.race([over, sleep(100 + 50 * time)])) !== undefined) break;
      if (!(await stand.has('door.session'))) continue;
      await stand.killDoor();
      await stand.run('bin/systemctl', 'start', 'bootstrap-mailbox.service');
    }
    expect(await over).toBe(0);
    expect(await ground.list(box)).toEqual(LETTERS);
  });
}

function trustsNobody(ground: MachineGround): void {
  test('hears nothing with other keys than those of its role', async () => {
    await using machine = await BucketMachine.open(ground);
    const { stand, imds, box } = machine;
    const { keys } = imds;
    imds.keys = async () => ({ ...(await ground.keysFor(KEYS_SECONDS)), SecretAccessKey: 'of somebody else' });
    await stand.boot();
    const over = machine.runs();
    while (!(await stand.read('node.log').catch(() => '')).includes('HTTP Error 403')) await sleep(LOOK_MS);
    imds.keys = keys;
    expect(await over).toBe(0);
    expect(await ground.list(box)).toEqual(LETTERS);
  });

  test('runs no scripts that have another digest, and goes on when they come right', async () => {
    await using machine = await BucketMachine.open(ground);
    const { stand, box } = machine;
    await ground.put(`assets/${stand.bundle.sha256}`, TOOL);
    await stand.boot();
    const over = machine.runs();
    while (!(await stand.read('node.log').catch(() => '')).includes('another digest')) await sleep(LOOK_MS);
    expect(await ground.list(box)).toEqual([]);
    await ground.put(`assets/${stand.bundle.sha256}`, stand.bundle.bytes);
    expect(await over).toBe(0);
    expect(await ground.list(box)).toEqual(LETTERS);
  });
}
