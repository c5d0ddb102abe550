import { once } from 'node:events';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Welcome } from '#host/protocol.ts';
import { sha256Hex } from '#std/hash.ts';
import { AgentStand } from '../cloud-init/support/agent-stand.ts';
import { InstanceMetadata } from '../cloud-init/support/instance-metadata.ts';
import type { MachineGround } from './machine-ground.ts';

export const KEYS_SECONDS = 900;
const LOOK_MS = 50;
export const SNAPSHOT_BYTES = 20_000_000;
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
export const TOOL = Buffer.from('#!/bin/sh\necho ran\n');
export const STAGES = ['network', 'packages', 'use'];

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
  }
}
