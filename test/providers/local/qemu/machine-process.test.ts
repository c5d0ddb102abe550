import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  closePort,
  endMachine,
  findMachine,
  killMachine,
  openPort,
  PortTaken,
  powerDown,
  startMachine,
} from '#providers/local/qemu/machine-process.ts';
import { lookUntil } from '#providers/local/qemu/patience.ts';
import { Ground } from './support/ground.ts';

describe('a machine that is started', () => {
  test('is one process that is found again by its uuid, with its pid file and without', async () => {
    await using ground = await Ground.open();
    const { world } = ground;
    const form = ground.form();
    expect(await findMachine(world, form)).toBeUndefined();
    const started = await startMachine(world, await ground.qemu(), form);
    expect(started.command).toContain(form.uuid);
    expect(await findMachine(world, form)).toEqual(started);
    expect(await findMachine(world, { ...form, pidFile: `${form.pidFile}-absent` })).toEqual(started);
    expect(await findMachine(world, { ...form, uuid: '6f1d2c3b-8a00-8000-a000-0123456789ab' })).toBeUndefined();
  });

  test('runs already when it is started again', async () => {
    await using ground = await Ground.open();
    const form = ground.form();
    const started = await startMachine(ground.world, await ground.qemu(), form);
    expect(await startMachine(ground.world, await ground.qemu('failing'), form)).toEqual(started);
  });

  test('is one process however many start it at the same time', async () => {
    await using ground = await Ground.open();
    const { world } = ground;
    const form = ground.form();
    const qemu = await ground.qemu('slow');
    const started = await Promise.all(Array.from({ length: 3 }, () => startMachine(world, qemu, form)));
    expect(new Set(started.map(({ pid }) => pid)).size).toBe(1);
    // The others may need a moment until they see that they are not needed.
    const only = await lookUntil(world, { patienceMs: 10_000, everyMs: 20 }, async () => {
      const all = (await world.programs.list()).filter(({ command }) => command.includes(form.uuid));
      return all.length === 1 ? all[0]?.pid : undefined;
    });
    expect(only).toBe(started[0]?.pid);
  });

  test('starts where another has died, and what has its number now is not taken for it', async () => {
    await using ground = await Ground.open();
    const { world } = ground;
    const form = ground.form();
    await writeFile(form.pidFile, `${process.pid}\n`);
    expect(await findMachine(world, form)).toBeUndefined();
    await writeFile(form.pidFile, '4194304\n');
    const started = await startMachine(world, await ground.qemu(), form);
    await killMachine(world, form, ground.signal);
    expect(await findMachine(world, form)).toBeUndefined();
    expect(await readFile(form.pidFile, 'utf8')).toBe(`${started.pid}\n`);
    const again = await startMachine(world, await ground.qemu(), form);
    expect(again.pid).not.toBe(started.pid);
  });

  test('names the port that somebody else has', async () => {
    await using ground = await Ground.open();
    const { world } = ground;
    await using taken = await world.sockets.listen({ port: 0 }, () => undefined);
    const port = taken.port ?? 0;
    const form = ground.form();
    const outside = { ...form.outside, forwards: [{ hostPort: port, guestPort: 22 }] };
    const refused = await startMachine(world, await ground.qemu(), { ...form, outside }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(PortTaken);
    expect(refused).toMatchObject({ port, outcome: 'rejected', message: `Port ${port} of this workstation is taken.` });
    expect(await findMachine(world, form)).toBeUndefined();
    await expect(stat(form.pidFile)).rejects.toThrow('ENOENT');
  });

  test('is refused in the last words of QEMU, not in those of an earlier start', async () => {
    await using ground = await Ground.open();
    const form = ground.form();
    await writeFile(form.programLog, 'qemu-system-x86_64: terminating on signal 15\n');
    const starting = startMachine(ground.world, await ground.qemu('failing'), form);
    await expect(starting).rejects.toMatchObject({
      outcome: 'rejected',
      message: 'qemu-system-x86_64: -drive: Could not open the disk: Permission denied',
    });
  });

  test('waits for the switch of its segment where it could not come to it later', async () => {
    await using ground = await Ground.open();
    const { world } = ground;
    const segment = { ...ground.form().segment, socket: join(ground.home, 'segment') };
    const form = ground.form({ segment });
    const oldest = { ...(await ground.qemu()), version: { major: 7, minor: 2 } };
    await expect(startMachine(world, oldest, form)).rejects.toMatchObject({ outcome: 'not-yet' });
    const server = await world.sockets.listen({ path: segment.socket }, () => undefined);
    expect((await startMachine(world, oldest, form)).command).toContain(form.uuid);
    await server[Symbol.asyncDispose]();
  });

  test('of arm64 from its own disk needs firmware', async () => {
    await using ground = await Ground.open();
    const form = ground.form({ architecture: 'arm64' });
    await expect(startMachine(ground.world, await ground.qemu(), form)).rejects.toMatchObject({
      code: 'local.firmware-missing',
    });
  });
});

describe('a machine goes', () => {
  test('by its power button', async () => {
    await using ground = await Ground.open();
    const { world, signal } = ground;
    const form = ground.form();
    await startMachine(world, await ground.qemu(), form);
    await powerDown(world, form, signal);
    expect(await findMachine(world, form)).toBeUndefined();
    await expect(stat(form.pidFile)).rejects.toThrow('ENOENT');
  });

  test('without it, when that does not help in time', async () => {
    await using ground = await Ground.open();
    const { world, signal } = ground;
    const form = ground.form();
    await startMachine(world, await ground.qemu('deaf'), form);
    await powerDown(world, form, signal, 300);
    expect(await findMachine(world, form)).toBeUndefined();
  });

  test('by force, when it does not hear, and leaves neither pid file nor socket', async () => {
    await using ground = await Ground.open();
    const { world, signal } = ground;
    const form = ground.form();
    const { pid } = await startMachine(world, await ground.qemu('stubborn'), form);
    await endMachine(world, form, signal);
    expect(await world.programs.look(pid)).toBeUndefined();
    await expect(stat(form.pidFile)).rejects.toThrow('ENOENT');
    await expect(stat(form.monitor)).rejects.toThrow('ENOENT');
  }, 30_000);

  test('while it is only beginning, or has gone already', async () => {
    await using ground = await Ground.open();
    const { world, signal } = ground;
    const form = ground.form();
    const starting = startMachine(world, await ground.qemu('slow'), form).catch((error: unknown) => error);
    while ((await findMachine(world, form)) === undefined) await world.clock.sleep(10);
    await endMachine(world, form, signal);
    expect(await findMachine(world, form)).toBeUndefined();
    expect(await starting).toMatchObject({ outcome: 'rejected' });
    for (const end of [endMachine, powerDown, killMachine]) await end(world, form, signal);
  });

  test('until nobody wants to wait for that any more', async () => {
    await using ground = await Ground.open();
    const form = ground.form();
    await startMachine(ground.world, await ground.qemu('deaf'), form);
    const stop = new AbortController();
    const going = powerDown(ground.world, form, stop.signal);
    stop.abort(new RangeError('left'));
    await expect(going).rejects.toThrow(RangeError);
  });
});

test('ports are opened and closed while the machine runs, and are as wanted already when that is asked again', async () => {
  await using ground = await Ground.open();
  const { world } = ground;
  const form = ground.form();
  await startMachine(world, await ground.qemu(), form);
  const reserved = await world.sockets.listen({ port: 0 }, () => undefined);
  const forward = { hostPort: reserved.port ?? 0, guestPort: 443 };
  await expect(openPort(world, form.monitor, forward)).rejects.toBeInstanceOf(PortTaken);
  await reserved[Symbol.asyncDispose]();
  for (let times = 0; times < 2; times += 1) {
    await openPort(world, form.monitor, forward);
    expect(await world.sockets.isFree(forward.hostPort)).toBe(false);
  }
  for (let times = 0; times < 2; times += 1) {
    await closePort(world, form.monitor, forward);
    expect(await world.sockets.isFree(forward.hostPort)).toBe(true);
  }
});
