import { describe, expect, test } from 'vitest';
import { askNodes } from '#app/every-node.ts';
import { readLook, sectionsOf } from '#cloud-init/look-script.ts';
import { isProblem } from '#engine/problem.ts';
import { SystemFiles } from '#std/system-files.ts';
import { AnsweringMachines } from './support/answering-machines.ts';
import { Desk, FOREVER } from './support/desk.ts';

const FINE = "printf -- '--- clock\\n7\\n'";

describe('asking every node', () => {
  test('hands each the script, as who may see everything, and never waits for a password', async () => {
    await using desk = await Desk.alone();
    const machines = await AnsweringMachines.at(desk, { 'worker-1': FINE, 'worker-2': FINE });
    const { heard, silent } = await askNodes(machines.asking, { look: 'overlay', nodes: [] }, FOREVER);
    expect(heard.map(({ node, sections }) => [node, sections.get('clock')])).toEqual([
      ['worker-1', '7'],
      ['worker-2', '7'],
    ]);
    expect(silent).toEqual([]);
    const { script, words } = await machines.handed('worker-2');
    expect(script).toBe(await readLook(new SystemFiles(), 'overlay'));
    expect(words).toHaveLength(1);
    expect(words[0]).toMatch(/^-o BatchMode=yes -T -F none .* -l debian 127\.0\.0\.1 -- sudo -n sh -s --$/);
  });

  test('tells of those that do not answer, and why, beside those that do', async () => {
    await using desk = await Desk.alone();
    const { asking } = await AnsweringMachines.at(desk, {
      fine: FINE,
      refusing: "echo 'debian@127.0.0.1: Permission denied (publickey).' >&2; exit 255",
      wordless: 'exit 3',
      hanging: 'sleep 60',
      off: FINE,
    });
    const { heard, silent } = await askNodes(asking, { look: 'units', nodes: [], deadlineMs: 1_500 }, FOREVER);
    expect(heard.map(({ node }) => node)).toEqual(['fine']);
    expect(Object.fromEntries(silent.map(({ node, problem }) => [node, [problem.code, problem.detail]]))).toEqual({
      refusing: ['node.unanswered', 'debian@127.0.0.1: Permission denied (publickey).'],
      wordless: ['node.unanswered', 'What it was asked ended with 3, without a word.'],
      hanging: ['node.unanswered', 'Nothing was heard within 1.5 s.'],
      off: ['machine.silent', 'It has not said hello yet.'],
    });
  });

  test('asks nobody when one of those that are named is not known', async () => {
    await using desk = await Desk.alone();
    const machines = await AnsweringMachines.at(desk, { 'worker-1': FINE });
    const asked = askNodes(machines.asking, { look: 'units', nodes: ['worker-1', 'wroker-2'] }, FOREVER);
    await expect(asked).rejects.toMatchObject({ code: 'node.unknown' });
    await expect(machines.handed('worker-1')).rejects.toThrow('ENOENT');
  });

  test('ends at once when nobody listens any more', async () => {
    await using desk = await Desk.alone();
    const { asking } = await AnsweringMachines.at(desk, { 'worker-1': 'sleep 60' });
    const left = new AbortController();
    const asked = askNodes(asking, { look: 'units', nodes: [] }, left.signal);
    left.abort();
    const error: unknown = await asked.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DOMException);
    expect(isProblem(error)).toBe(false);
  });
});

test('an answer falls into sections by its headings, whatever else the machine says before', () => {
  const text = 'sudo: unable to resolve host\n--- units\na\n\nb\n--- none\n--- versions\nc --- d\n';
  expect([...sectionsOf(text)]).toEqual([
    ['units', 'a\n\nb'],
    ['none', ''],
    ['versions', 'c --- d'],
  ]);
});
