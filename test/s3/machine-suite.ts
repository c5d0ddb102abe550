import { once } from 'node:events';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Hello, type Welcome } from '#host/protocol.ts';
import { sha256Hex } from '#std/hash.ts';
import { AgentStand } from '../cloud-init/support/agent-stand.ts';
import { InstanceMetadata } from '../cloud-init/support/instance-metadata.ts';
import type { MachineGround } from './machine-ground.ts';

const KEYS_SECONDS = 900;
const LOOK_MS = 50;
const RUNS_MAX = 120;
const KILLS_MIN = 10;
const KILLS_MS = 400_000;
const SNAPSHOT_BYTES = 20_000_000;
const SCRIPTS = {
  'stages/linger.sh': '/bin/sleep 2\n',
  'stages/use.sh': '. "${0%/*}/../lib.sh"\n"$OPT/bin/tool" >>"$ROOT/counted"\n',
  'stages/peers.sh':
    '. "${0%/*}/../lib.sh"\ncurl -sf --unix-socket "$MAILBOX_SOCKET" "$MAILBOX/peers" >"$ROOT/peers"\n',
  'stages/snapshot.sh': `. "\${0%/*}/../lib.sh"
head -c ${SNAPSHOT_BYTES} /dev/zero >"$ROOT/snapshot"
cd "\${0%/*}/.."
python3 -B -c 'import node_basis as n; print(n.put_to_mailbox("snapshots/etcd-7", open(n.ROOT + "/snapshot", "rb"), 60))'
`,
};
const TOOL = Buffer.from('#!/bin/sh\necho ran\n');
const STAGES = ['network', 'packages', 'use'];
const LETTERS = ['hello', 'stage-01-network', 'stage-02-packages', 'stage-03-use', 'welcome'];
/** Whatever is done for good, and whatever is said, is done by one of these. */
const PROGRAMS = ['curl', 'mv', 'python3', 'sync', 'tar', 'openssl', 'systemctl'];

/** A machine of which all words go through a bucket of somebody who checks its signatures. */
export function describeMachine(title: string, ground: MachineGround, moment: 'before' | 'after'): void {
  describe(`a machine whose mailbox is in a bucket of ${title}`, () => {
    test('becomes a node, and brings what apt, the shelf and the board have for it', async () => {
      await using machine = await BucketMachine.open(ground);
      const { stand, box } = machine;
      await machine.lacksCurl();
      await ground.put('peers.json', JSON.stringify({ format: 1, revision: 3, peers: [] }));
      await stand.boot();
      await machine.becomes({ stages: [...STAGES, 'peers', 'snapshot'] });
      expect(await ground.list(box)).toEqual([
        ...LETTERS.slice(0, -1),
        'stage-04-peers',
        'stage-05-snapshot',
        'welcome',
      ]);
      expect(await stand.lines('counted')).toEqual(['ran']);
      expect(await stand.lines('apt')).toEqual(['update', 'install']);
      expect(JSON.parse(await stand.read('peers'))).toEqual({ format: 1, peers: [] });
      expect(await stand.lines('var/log/bootstrap/snapshot.log')).toEqual(['201']);
      expect(sha256Hex(await ground.read('snapshots/etcd-7'))).toBe(sha256Hex(Buffer.alloc(SNAPSHOT_BYTES)));
    });

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

    test('whose door is killed again and again has each letter there once', async () => {
      await using machine = await BucketMachine.open(ground);
      const { stand, box } = machine;
      await stand.boot();
      const over = machine.becomes({});
      let isOver = false;
      void over.finally(() => (isOver = true)).catch(() => undefined);
      for (let time = 0; !isOver; time += 1) {
        // Longer and longer, so that it comes to an end.
        await sleep(100 + 50 * time);
        if (!(await stand.has('door.session'))) continue;
        await stand.killDoor();
        await stand.run('bin/systemctl', 'start', 'bootstrap-mailbox.service');
      }
      await over;
      expect(await ground.list(box)).toEqual(LETTERS);
    });

    test('hears nothing with other keys than those of its role', async () => {
      await using machine = await BucketMachine.open(ground);
      const { stand, imds, box } = machine;
      const { keys } = imds;
      imds.keys = async () => ({ ...(await ground.keysFor(KEYS_SECONDS)), SecretAccessKey: 'of somebody else' });
      await stand.boot();
      const over = machine.becomes({});
      while (!(await stand.read('node.log').catch(() => '')).includes('HTTP Error 403')) await sleep(LOOK_MS);
      imds.keys = keys;
      await over;
      expect(await ground.list(box)).toEqual(LETTERS);
    });

    test('runs no scripts that have another digest, and goes on when they come right', async () => {
      await using machine = await BucketMachine.open(ground);
      const { stand, box } = machine;
      await ground.put(`assets/${stand.bundle.sha256}`, TOOL);
      await stand.boot();
      const over = machine.becomes({});
      while (!(await stand.read('node.log').catch(() => '')).includes('another digest')) await sleep(LOOK_MS);
      expect(await ground.list(box)).toEqual([]);
      await ground.put(`assets/${stand.bundle.sha256}`, stand.bundle.bytes);
      await over;
      expect(await ground.list(box)).toEqual(LETTERS);
    });
  });
}

/** The machine `i-1` in its folder, for each test with nothing in its box. */
export class BucketMachine implements AsyncDisposable {
  static #count = 0;
  readonly stand: AgentStand;
  readonly imds: InstanceMetadata;
  readonly #ground: MachineGround;

  private constructor(stand: AgentStand, imds: InstanceMetadata, ground: MachineGround) {
    this.stand = stand;
    this.imds = imds;
    this.#ground = ground;
  }

  static async open(ground: MachineGround): Promise<BucketMachine> {
    this.#count += 1;
    const imds = await InstanceMetadata.open('i-1', `region-${this.#count}`);
    imds.keys = () => ground.keysFor(KEYS_SECONDS);
    const stand = await AgentStand.open({ box: 'i-1', scripts: SCRIPTS });
    await stand.tellBucket(ground.place, imds.url);
    await ground.put(`assets/${stand.bundle.sha256}`, stand.bundle.bytes);
    await ground.put(`assets/${sha256Hex(TOOL)}`, TOOL);
    return new BucketMachine(stand, imds, ground);
  }

  get box(): string {
    return this.imds.box;
  }

  /** Its exit code, when it has been welcomed as soon as it has said hello. */
  async runs(changes: Partial<Welcome> = {}): Promise<number | null> {
    const agent = this.stand.start();
    const ended = once(agent, 'exit');
    while (agent.exitCode === null && agent.signalCode === null) {
      const letters = await this.#ground.list(this.box);
      if (letters.includes('hello') && !letters.includes('welcome')) {
        const assets = [{ name: 'tool', form: 'program' as const, sha256: sha256Hex(TOOL) }];
        const text = this.stand.welcomeText({ stages: STAGES, assets, ...changes });
        await this.#ground.put(`${this.box}/welcome`, text);
      }
      await Promise.race([ended, sleep(LOOK_MS)]);
    }
    return agent.exitCode;
  }

  async becomes(changes: Partial<Welcome>): Promise<void> {
    expect(await this.runs(changes)).toBe(0);
  }

  /** As an image may: apt brings it. */
  async lacksCurl(): Promise<void> {
    const { stand } = this;
    const folder = stand.path('system');
    await mkdir(folder);
    for (const place of ['/usr/bin', '/usr/sbin']) {
      const names = (await readdir(place)).filter((name) => name !== 'curl' && name !== 'dpkg');
      for (const name of names) await symlink(join(place, name), join(folder, name)).catch(() => undefined);
    }
    await stand.writeProgram('dpkg', '#!/bin/sh\n');
    const verb = 'for verb in update install; do case " $* " in *" $verb "*) break ;; esac; done';
    const install = '[ "$verb" != install ] || ln -s /usr/bin/curl "$BOOTSTRAP_ROOT/bin/curl"';
    await stand.writeProgram('apt-get', `#!/bin/sh\n${verb}\necho "$verb" >>"$BOOTSTRAP_ROOT/apt"\n${install}\n`);
    stand.systemPath = folder;
  }

  /** The program as it is, but that the power fails at the call of which the number is in the file `fails-at`. */
  async failing(program: string, moment: 'before' | 'after'): Promise<string> {
    const own = this.stand.path(`bin/${program}`);
    const isOwn = await this.stand.has(`bin/${program}`);
    if (isOwn) {
      await this.stand.writeProgram(`${program}-itself`, await this.stand.read(`bin/${program}`));
    }
    const command = isOwn ? `"${own}-itself"` : `/usr/bin/${program}`;
    return `#!/bin/sh
echo ${program} >>"$BOOTSTRAP_ROOT/calls"
fail() { [ "$(wc -l <"$BOOTSTRAP_ROOT/calls")" -ne "$(cat "$BOOTSTRAP_ROOT/fails-at")" ] || kill -9 0; }
${moment === 'before' ? 'fail' : ''}
${command} "$@"
code=$?
${moment === 'after' ? 'fail' : ''}
exit $code
`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stand[Symbol.asyncDispose]();
    await this.imds[Symbol.asyncDispose]();
    await rm(this.stand.path('.'), { recursive: true, force: true });
  }
}
