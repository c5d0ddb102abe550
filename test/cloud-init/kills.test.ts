import { expect, test } from 'vitest';
import { Hello } from '#host/protocol.ts';
import { AgentStand } from './support/agent-stand.ts';
import { TestAuthority } from './support/test-authority.ts';

const STAGES = ['network', 'packages', 'count'];
const COUNT = '. "${0%/*}/../lib.sh"\nsay "$NODE"\n"$OPT/bin/tool" >>"$ROOT/counted"\n';
/** Whatever is done for good, and whatever is said, is done by one of these. */
const PROGRAMS = ['curl', 'mv', 'python3', 'sync', 'tar', 'openssl'];
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

test.each(['before', 'after'] as const)(
  'a machine whose power fails %s any step goes on where it was: one hello, one key, each letter once',
  async (moment) => {
    await using stand = await AgentStand.open({ purposes: ['etcd'], scripts: { 'stages/count.sh': COUNT } });
    using authority = new TestAuthority();
    const sha256 = stand.mailbox.shelve(Buffer.from('#!/bin/sh\necho ran\n'));
    const secrets = { 'overlay-psk': 'secret' };
    stand.welcomeAll({ stages: STAGES, secrets, assets: [{ name: 'tool', form: 'program', sha256 }] }, authority);
    for (const program of PROGRAMS) await stand.writeProgram(program, failing(program, moment));
    await stand.boot();
    const hellos = new Set<string>();
    let kills = 0;
    for (let call = 1; ; call += 1) {
      expect(call).toBeLessThan(RUNS_MAX);
      await stand.write('calls', '');
      await stand.write('fails-at', `${call}\n`);
      if ((await stand.run()) === 0) break;
      kills += 1;
      hellos.add(stand.mailbox.letters.get('hello') ?? '');
      await stand.reboot();
    }
    expect(kills).toBeGreaterThanOrEqual(KILLS_MIN);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network', 'stage-02-packages', 'stage-03-count']);
    hellos.delete('');
    expect(hellos.size).toBeLessThanOrEqual(1);
    const { keys, requests } = Hello.parse(stand.mailbox.letter('hello'));
    expect(keys.overlay).toBe((await stand.read('etc/bootstrap/overlay.pub')).trim());
    expect(Object.keys(requests)).toEqual(['etcd']);
    expect(await stand.mode('etc/bootstrap/secrets/overlay-psk')).toBe('600');
    expect(await stand.lines('counted')).toContain('ran');
  },
);
