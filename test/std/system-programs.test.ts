import { chmod, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePs } from '#std/system-process-table.ts';
import { SystemPrograms } from '#std/system-programs.ts';

const programs = new SystemPrograms();

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-programs-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

describe('a program is found', () => {
  test('along the search path, in its order', async () => {
    for (const name of ['first', 'second']) await writeFile(join(home, name), '', { mode: 0o755 });
    const there = new SystemPrograms({ variables: { PATH: `${join(home, 'nowhere')}::${home}:/bin` } });
    expect(await there.find('second')).toBe(join(home, 'second'));
    expect(await there.find('sh')).toBe('/bin/sh');
    expect(await there.find('third')).toBeUndefined();
    expect(await new SystemPrograms({ variables: {} }).find('sh')).toBeUndefined();
  });

  test('by its own path', async () => {
    expect(await programs.find('/bin/sh')).toBe('/bin/sh');
    expect(await programs.find(join(home, 'nothing'))).toBeUndefined();
  });

  test('unless it cannot be run', async () => {
    await writeFile(join(home, 'text'), '');
    await chmod(join(home, 'text'), 0o644);
    const there = new SystemPrograms({ variables: { PATH: `${home}:${tmpdir()}` } });
    expect(await there.find('text')).toBeUndefined();
    expect(await there.find('.')).toBeUndefined();
  });
});

describe('a program that is run', () => {
  test('is heard to its end, whatever that is', async () => {
    const heard: string[] = [];
    const ended = await programs.run('sh', ['-c', 'cat; pwd; echo "$WORD" >&2; exit 3'], {
      input: 'asked\n',
      directory: '/',
      variables: { WORD: 'said' },
      hear: (text) => heard.push(text),
    });
    expect(ended).toEqual({ code: 3, stdout: 'asked\n/\n', stderr: 'said\n' });
    expect(heard.join('')).toContain('asked\n');
    expect(heard.join('')).toContain('said\n');
  });

  test('gets nothing to read unless it is given something, and need not read it', async () => {
    expect(await programs.run('cat', [])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await programs.run('true', [], { input: 'x'.repeat(1_000_000) })).code).toBe(0);
  });

  test('says it to a file of its owner alone, byte by byte, that was not there before', async () => {
    const output = join(home, 'output');
    const script = String.raw`printf '\377\000'; echo aside >&2`;
    expect(await programs.run('/bin/sh', ['-c', script], { output })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'aside\n',
    });
    expect([...(await readFile(output))]).toEqual([0xff, 0]);
    expect((await stat(output)).mode & 0o777).toBe(0o600);
    await expect(programs.run('/bin/true', [], { output })).rejects.toMatchObject({ code: 'EEXIST' });
  });

  test('reads a file byte by byte when it is given one', async () => {
    const [inputFile, output] = [join(home, 'input'), join(home, 'output')];
    await writeFile(inputFile, Uint8Array.of(0xff, 0, 0x0a));
    await programs.run('/bin/cat', [], { inputFile, output });
    expect([...(await readFile(output))]).toEqual([0xff, 0, 0x0a]);
    await expect(programs.run('/bin/cat', [], { inputFile: join(home, 'nothing') })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  test('gets its arguments as they are, for there is no shell', async () => {
    const { stdout } = await programs.run('printf', ['%s|', '$HOME', 'a b', "it's", '*']);
    expect(stdout).toBe("$HOME|a b|it's|*|");
  });

  test('that a signal has ended has no code', async () => {
    expect((await programs.run('sh', ['-c', 'kill -KILL $$'])).code).toBeUndefined();
  });

  test('fails when it cannot be started at all', async () => {
    await expect(programs.run(join(home, 'nothing'), [])).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('is ended with all that it has started', async () => {
    const stop = new AbortController();
    const pids = Promise.withResolvers<readonly number[]>();
    const running = programs.run('sh', ['-c', 'sleep 60 & echo $$ $!; wait'], {
      signal: stop.signal,
      hear: (text) => pids.resolve(text.trim().split(' ').map(Number)),
    });
    const found = await Promise.all((await pids.promise).map((pid) => programs.look(pid)));
    expect(found.filter((program) => program !== undefined)).toHaveLength(2);
    stop.abort('enough');
    expect((await running).code).toBeUndefined();
    expect(await Promise.all((await pids.promise).map(gone))).toEqual([true, true]);
  });

  test('is ended by force when it does not hear', async () => {
    const stop = new AbortController();
    const ready = Promise.withResolvers<number>();
    const running = programs.run('sh', ['-c', 'trap "" TERM; echo $$; while :; do sleep 60; done'], {
      signal: stop.signal,
      hear: (text) => ready.resolve(Number(text)),
    });
    const pid = await ready.promise;
    stop.abort('enough');
    expect((await running).code).toBeUndefined();
    expect(await gone(pid)).toBe(true);
  });

  test('is not even started when it is not wanted any more', async () => {
    const path = join(home, 'made');
    expect(await programs.run('touch', [path], { signal: AbortSignal.abort('late') })).toEqual({
      code: undefined,
      stdout: '',
      stderr: '',
    });
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  test('is not waited for longer because of what it leaves running', async () => {
    const { code, stdout } = await programs.run('sh', ['-c', 'sleep 60 & echo $!; exit 4']);
    expect(code).toBe(4);
    const left = await programs.look(Number(stdout));
    expect(left?.command).toEqual(['sleep', '60']);
    if (left !== undefined) await programs.signal(left, 'SIGKILL');
  });
});

describe('a program that is launched', () => {
  test('adds what it says to a file', async () => {
    const output = join(home, 'log', 'output');
    for (const word of ['one', 'two']) {
      const { pid } = await programs.launch('sh', ['-c', `echo ${word}; echo ${word} >&2`], { output });
      expect(await gone(pid)).toBe(true);
    }
    expect(await readFile(output, 'utf8')).toBe('one\none\ntwo\ntwo\n');
    expect((await stat(output)).mode & 0o777).toBe(0o600);
  });

  test('is found again, alone and among all, and is told from another that had its number', async () => {
    const { pid, start } = await programs.launch('sleep', ['61'], { output: join(home, 'output') });
    expect(await programs.look(pid)).toEqual({ pid, start, command: ['sleep', '61'] });
    expect(await programs.list()).toContainEqual({ pid, start, command: ['sleep', '61'] });
    await programs.signal({ pid, start: `${start}0` }, 'SIGKILL');
    expect(await programs.look(pid)).toBeDefined();
    await programs.signal({ pid, start }, 'SIGTERM');
    expect(await gone(pid)).toBe(true);
    await programs.signal({ pid, start }, 'SIGTERM');
  });

  test.runIf(process.platform === 'linux')('has a session and a directory of its own', async () => {
    const launched = await programs.launch('sleep', ['62'], { output: join(home, 'output') });
    const session = (await readFile(`/proc/${launched.pid}/stat`, 'utf8')).split(' ')[5];
    expect(session).toBe(String(launched.pid));
    expect(await readlink(`/proc/${launched.pid}/cwd`)).toBe('/');
    await programs.signal(launched, 'SIGKILL');
  });

  test('fails when it cannot be started at all', async () => {
    const launched = programs.launch(join(home, 'nothing'), [], { output: join(home, 'output') });
    await expect(launched).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('a process table that is printed is read, without the dead', () => {
  const text = [
    '  501   312 Ss   Mon Jan  5 09:03:07 2026     /sbin/launchd -s',
    '    0 99999 R+   Sat Nov 21 19:42:25 2026     qemu-system-aarch64 -uuid 6f1d2c  -name guest=a b',
    '  501   400 Z    Sat Nov 21 19:42:26 2026     (sh)',
    'something else',
    '',
  ];
  expect(parsePs(text.join('\n'))).toEqual([
    {
      owner: 501,
      program: { pid: 312, start: 'Mon Jan  5 09:03:07 2026', command: ['/sbin/launchd', '-s'] },
    },
    {
      owner: 0,
      program: {
        pid: 99999,
        start: 'Sat Nov 21 19:42:25 2026',
        command: ['qemu-system-aarch64', '-uuid', '6f1d2c', '', '-name', 'guest=a', 'b'],
      },
    },
  ]);
});

async function gone(pid: number): Promise<boolean> {
  for (let looks = 0; looks < 100; looks += 1) {
    if ((await programs.look(pid)) === undefined) return true;
    await wait(20);
  }
  return false;
}
