import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type Asset, FailureReport, type Update, updateLetter } from '#host/protocol.ts';
import { AgentStand, BOX } from './support/agent-stand.ts';

const STAGES = ['network', 'packages', 'use'];
/** Fails where its program does; else notes what that says. */
const USE =
  '. "${0%/*}/../lib.sh"\n"$OPT/bin/tool" >"$RUN/said" || fail "The tool does not run."\ncat "$RUN/said" >>"$ROOT/used"\n';
const FOLLOW = 'opt/bootstrap/node/updates-follow.sh';
const PROGRAMS = ['curl', 'mv', 'python3', 'sync', 'cp'];
const KILLS_MIN = 10;
const RUNS_MAX = 200;

/** The power fails at the call of which the number is in the file `fails-at`: before anything is done, or right after. */
const failing = (program: string, moment: 'before' | 'after'): string => `#!/bin/sh
echo ${program} >>"$BOOTSTRAP_ROOT/calls"
fail() { [ "$(wc -l <"$BOOTSTRAP_ROOT/calls")" -ne "$(cat "$BOOTSTRAP_ROOT/fails-at")" ] || kill -9 0; }
${moment === 'before' ? 'fail' : ''}
PATH=/usr/bin:/bin ${program} "$@"
code=$?
${moment === 'after' ? 'fail' : ''}
exit $code
`;

function tool(stand: AgentStand, text: string): Asset {
  const sha256 = stand.mailbox.shelve(Buffer.from(text));
  return { name: 'tool', form: 'program', sha256 };
}

const saying = (word: string): string => `#!/bin/sh\necho ${word}\n`;

async function becomeWith(asset: (stand: AgentStand) => Asset): Promise<AgentStand> {
  const stand = await AgentStand.open({ scripts: { 'stages/use.sh': USE } });
  stand.welcomeAll({ stages: STAGES, assets: [asset(stand)] });
  await stand.boot();
  expect(await stand.run()).toBe(0);
  return stand;
}

function tell(stand: AgentStand, number: number, assets: readonly Asset[], changes: object = {}): void {
  const update: Update = { format: 1, box: BOX, number, assets };
  stand.mailbox.letters.set(updateLetter(number), JSON.stringify({ ...update, ...changes }));
}

/** What a machine does that looks for letters: its agent is started by systemd, which is not here. */
async function hearAndDo(stand: AgentStand): Promise<number | null> {
  expect(await stand.run(FOLLOW, 'once')).toBe(0);
  return stand.run();
}

function answers(stand: AgentStand): readonly string[] {
  return stand.mailbox.written.filter((name) => /^(?:updated|halted)-/.test(name));
}

const used = (stand: AgentStand) => stand.lines('used');

describe('a machine that is told what to run from now on', () => {
  test('has its agent do it: it runs its stages with that, says so, and awaits the next', async () => {
    await using stand = await becomeWith((one) => tool(one, saying('old')));
    expect(await stand.read('systemctl')).toContain('start bootstrap-updates.service');
    await stand.write('systemctl', '');
    expect(await stand.run(FOLLOW, 'once')).toBe(0);
    expect(await stand.read('systemctl')).toBe('');
    tell(stand, 1, [tool(stand, saying('new'))]);
    expect(await stand.run(FOLLOW, 'once')).toBe(0);
    expect(await stand.lines('systemctl')).toEqual(['restart --no-block bootstrap-node.service']);
    expect(await stand.run()).toBe(0);
    expect(await used(stand)).toEqual(['old', 'new']);
    expect(answers(stand)).toEqual(['updated-01']);
    tell(stand, 2, [tool(stand, saying('newer'))]);
    expect(await hearAndDo(stand)).toBe(0);
    expect(await used(stand)).toEqual(['old', 'new', 'newer']);
    // As at every boot: nothing is told again.
    await stand.reboot();
    expect(await stand.run()).toBe(0);
    expect(answers(stand)).toEqual(['updated-01', 'updated-02']);
  });

  test('runs again what it ran before, when it is told to go back', async () => {
    await using stand = await becomeWith((one) => tool(one, saying('old')));
    tell(stand, 1, [tool(stand, saying('new'))]);
    expect(await hearAndDo(stand)).toBe(0);
    tell(stand, 2, [tool(stand, saying('old'))]);
    expect(await hearAndDo(stand)).toBe(0);
    expect(await used(stand)).toEqual(['old', 'new', 'old']);
  });

  test('changes nothing before all of it is here and has the digest that it was told', async () => {
    await using stand = await becomeWith((one) => tool(one, saying('old')));
    const other = stand.mailbox.shelve(Buffer.from('other'));
    stand.mailbox.assets.set(other, Buffer.from('something else'));
    tell(stand, 1, [tool(stand, saying('new')), { name: 'other', form: 'program', sha256: other }]);
    expect(await hearAndDo(stand)).toBe(0);
    expect(answers(stand)).toEqual(['halted-01']);
    const { stage, reason } = FailureReport.parse(stand.mailbox.letter('halted-01'));
    expect([stage, reason]).toEqual([
      'packages',
      'The asset other is not what it should be: its digest is another one, three times.',
    ]);
    expect(await used(stand)).toEqual(['old', 'old']);
    stand.mailbox.assets.set(other, Buffer.from('other'));
    expect(await stand.run()).toBe(0);
    expect(await used(stand)).toEqual(['old', 'old', 'new']);
    expect(answers(stand)).toEqual(['halted-01', 'updated-01']);
  });

  test('says where it is halted, goes on trying, and takes a later letter in its place', async () => {
    await using stand = await becomeWith((one) => tool(one, saying('old')));
    tell(stand, 1, [tool(stand, '#!/bin/sh\necho broken >&2\nexit 1\n')]);
    expect(await hearAndDo(stand)).toBe(1);
    expect(await stand.run()).toBe(1);
    expect(answers(stand)).toEqual(['halted-01']);
    const { stage, reason, lastLines } = FailureReport.parse(stand.mailbox.letter('halted-01'));
    expect([stage, reason]).toEqual(['use', 'The tool does not run.']);
    expect(lastLines).toContain('broken');
    tell(stand, 2, [tool(stand, saying('mended'))]);
    expect(await hearAndDo(stand)).toBe(0);
    expect(await used(stand)).toEqual(['old', 'mended']);
    expect(answers(stand)).toEqual(['halted-01', 'updated-02']);
  });

  test('counts on from what its node was sent before there was this machine', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': USE } });
    stand.welcomeAll({ stages: STAGES, settings: { UPDATES: '6' }, assets: [tool(stand, saying('old'))] });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    tell(stand, 1, [tool(stand, saying('wrong'))]);
    tell(stand, 7, [tool(stand, saying('new'))]);
    expect(await hearAndDo(stand)).toBe(0);
    expect(await used(stand)).toEqual(['old', 'new']);
    expect(answers(stand)).toEqual(['updated-07']);
  });

  test.each([
    ['for another machine', { box: 'another' }, 'it is for another machine'],
    ['of another number', { number: 2 }, 'it has another number'],
    ['without an asset', { assets: [] }, 'there is no asset in it'],
    ['of another form', { more: true }, 'it has another form'],
    ['with a path', { assets: [{ name: '../tool', form: 'program', sha256: 'a'.repeat(64) }] }, 'an asset has no name'],
  ])('refuses a letter %s, and keeps what it has', async (_, changes, why) => {
    await using stand = await becomeWith((one) => tool(one, saying('old')));
    tell(stand, 1, [tool(stand, saying('new'))], changes);
    expect(await hearAndDo(stand)).toBe(0);
    expect(FailureReport.parse(stand.mailbox.letter('halted-01'))).toMatchObject({
      stage: 'update',
      reason: `Refused: ${why}.`,
    });
    expect(await used(stand)).toEqual(['old', 'old']);
    tell(stand, 2, [tool(stand, saying('new'))]);
    expect(await hearAndDo(stand)).toBe(0);
    expect(await used(stand)).toEqual(['old', 'old', 'new']);
  });
});

test.each(['before', 'after'] as const)(
  'a machine whose power fails %s any step of an update comes to its end, and says so once',
  async (moment) => {
    await using stand = await becomeWith((one) => tool(one, saying('old')));
    for (const program of PROGRAMS) await stand.writeProgram(program, failing(program, moment));
    tell(stand, 1, [tool(stand, saying('new'))]);
    let kills = 0;
    for (let call = 1; ; call += 1) {
      expect(call).toBeLessThan(RUNS_MAX);
      await stand.write('calls', '');
      await stand.write('fails-at', `${call}\n`);
      // Its units are started in either order at a boot.
      const heard = await stand.run(FOLLOW, 'once');
      const done = heard === 0 ? await stand.run() : heard;
      expect([saying('old'), saying('new')]).toContain(await readFile(stand.path('opt/bootstrap/bin/tool'), 'utf8'));
      if (done === 0 && answers(stand).length > 0) break;
      kills += 1;
      await stand.reboot();
    }
    expect(kills).toBeGreaterThanOrEqual(KILLS_MIN);
    expect(answers(stand)).toEqual(['updated-01']);
    expect((await used(stand)).at(-1)).toBe('new');
  },
  300_000,
);
