import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { repository } from '../tooling/repository.ts';

function run(script: string, input = ''): { readonly stdout: string; readonly status: number | null } {
  const text = `import { SystemTerminal } from '#std/system-terminal.ts'; const terminal = new SystemTerminal(); ${script}`;
  const options = { cwd: repository, encoding: 'utf8', input } as const;
  return spawnSync(process.execPath, ['--conditions=source', '--input-type=module', '--eval', text], options);
}

const ASK = `
  const signal = new AbortController().signal;
  const answers = [];
  for (let i = 0; i < 3; i += 1) answers.push(await terminal.readLine('? ', signal));
  terminal.output.write(JSON.stringify(answers));`;

describe('the terminal of this process', () => {
  test('hands out lines that came at once, one for each question, and tells their end', () => {
    expect(run(ASK, 'one\ntwo\n').stdout.endsWith('["one","two",null]')).toBe(true);
  });

  test('leaves a question when the signal aborts', () => {
    const script = `
      const left = new AbortController();
      left.abort(new Error('left'));
      await terminal.readLine('? ', left.signal).catch((error) => terminal.output.write(error.message));`;
    expect(run(script).stdout).toBe('left');
  });

  test('hears a polite request to end as long as somebody listens', () => {
    const script = `
      const letGo = terminal.onInterrupt(() => { terminal.output.write('heard'); letGo(); terminal.exit(7); });
      process.kill(process.pid, 'SIGTERM');
      setTimeout(() => {}, 10_000);`;
    expect(run(script)).toMatchObject({ stdout: 'heard', status: 7 });
  });

  test('is lent to another program, with what is typed and what is said, and ends as that does', () => {
    const script = `
      const code = await terminal.lend({ program: 'sh', args: ['-c', 'read word; echo "<$word> $1$added"; exit 3', 'sh', 'a  b'], variables: { added: '!' } }, new AbortController().signal);
      terminal.output.write('ended with ' + code);`;
    expect(run(script, 'typed\n').stdout).toBe('<typed> a  b!\nended with 3');
  });

  test('is had back when the signal aborts, or when the program ends by a signal', () => {
    const script = `
      const left = new AbortController();
      setTimeout(() => left.abort(), 100);
      const aborted = await terminal.lend({ program: 'sleep', args: ['30'] }, left.signal);
      const killed = await terminal.lend({ program: 'sh', args: ['-c', 'kill -KILL $$'] }, new AbortController().signal);
      const never = await terminal.lend({ program: 'sleep', args: ['30'] }, left.signal);
      terminal.output.write([aborted, killed, never].join(' '));`;
    expect(run(script).stdout).toBe('143 137 143');
  });

  test('cannot be lent to a program that is not there', () => {
    const script = `
      await terminal.lend({ program: '/no/such/program', args: [] }, new AbortController().signal).catch((error) => terminal.output.write(error.code));`;
    expect(run(script).stdout).toBe('ENOENT');
  });

  test('is nobody to ask, and has the width people are used to, where there is no terminal', () => {
    const script = `
      const { isInteractive, output: { isTerminal, columns, rows } } = terminal;
      terminal.output.write(JSON.stringify([isInteractive, isTerminal, columns, rows]));`;
    expect(run(script).stdout).toBe('[false,false,80,24]');
  });

  test('ends when a slow reader has had all of it', () => {
    const script = `terminal.output.write('x'.repeat(1_000_000)); await terminal.end(7);`;
    const text = `import { SystemTerminal } from '#std/system-terminal.ts'; const terminal = new SystemTerminal(); ${script}`;
    const program = `"$NODE" --conditions=source --input-type=module --eval "$SCRIPT"; echo $? >&2`;
    const { stdout, stderr } = spawnSync('sh', ['-c', `(${program}) | (sleep 0.5; wc -c)`], {
      cwd: repository,
      encoding: 'utf8',
      env: { ...process.env, NODE: process.execPath, SCRIPT: text },
    });
    expect([stdout.trim(), stderr.trim()]).toEqual(['1000000', '7']);
  });

  test('ends as well when the reader has left', () => {
    const script = `
      process.stdout.destroy(Object.assign(new Error('gone'), { code: 'EPIPE' }));
      terminal.output.write('lost');
      await terminal.end(7);`;
    expect(run(script).status).toBe(7);
  });

  test('says that nobody reads any more instead of failing', () => {
    const script = `
      terminal.unread.addEventListener('abort', () => { terminal.errors.write('unread'); terminal.exit(0); });
      process.stdout.destroy(Object.assign(new Error('gone'), { code: 'EPIPE' }));
      setTimeout(() => terminal.exit(1), 10_000);`;
    expect(run(script).status).toBe(0);
  });
});
