import { once } from 'node:events';
import { mkdir, readFile, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FailureReport, type Welcome } from '#host/protocol.ts';
import { storedGzip } from '#std/stored-gzip.ts';
import { tarArchive } from '#std/tar.ts';
import { sha256Hex } from '#std/hash.ts';
import { AgentStand } from './support/agent-stand.ts';

type Assets = Welcome['assets'];
const STAGES = ['network', 'packages', 'use'];
/** Runs what was installed, which says who it is. */
const USE = '. "${0%/*}/../lib.sh"\nfor name in "$OPT"/bin/*; do "$name"; done\n';
const BIN = 'opt/bootstrap/bin';

describe('the stage packages', () => {
  test('installs programs, and those of archives beside them, and nothing else that is in these', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': USE } });
    const archive = archiveOf([
      ['etcd-v3/etcd', program('etcd'), 0o755],
      ['etcd-v3/tools/etcdctl', program('etcdctl'), 0o755],
      ['etcd-v3/README.md', 'read me', 0o644],
    ]);
    const assets: Assets = [
      { name: 'runc.amd64', form: 'program', sha256: stand.mailbox.shelve(Buffer.from(program('runc'))) },
      { name: 'etcd', form: 'tar.gz', sha256: stand.mailbox.shelve(archive) },
      { name: 'node-bundle', form: 'tar.gz', sha256: stand.bundle.sha256 },
    ];
    await become(stand, assets);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network', 'stage-02-packages', 'stage-03-use']);
    expect(await stand.lines('var/log/bootstrap/use.log')).toEqual(['etcd', 'etcdctl', 'runc']);
    for (const name of ['etcd', 'etcdctl', 'runc.amd64']) expect(await stand.mode(`${BIN}/${name}`)).toBe('755');
    expect(await stand.has(`${BIN}/agent.sh`)).toBe(false);
    // What was fetched takes no room any more, and is not fetched again.
    expect(await stand.has('var/lib/bootstrap/assets')).toBe(false);
    const visits = stand.mailbox.visits.length;
    await stand.reboot();
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.visits).toHaveLength(visits);
  });

  test('keeps images of containers whole, for who unpacks them, and fetches each once', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': 'true\n' } });
    const image = archiveOf([['blobs/sha256/layer', program('layer'), 0o755]]);
    await become(stand, [{ name: 'pause', form: 'image', sha256: stand.mailbox.shelve(image) }]);
    const path = 'var/lib/bootstrap/images/pause.tar';
    expect(sha256Hex(await readFile(stand.path(path)))).toBe(sha256Hex(image));
    expect(await stand.has(`${BIN}/layer`)).toBe(false);
    const visits = stand.mailbox.visits.length;
    await stand.run('opt/bootstrap/node/run-stage', 'packages');
    expect(stand.mailbox.visits).toHaveLength(visits);
    await stand.remove(path);
    await stand.run('opt/bootstrap/node/run-stage', 'packages');
    expect(sha256Hex(await readFile(stand.path(path)))).toBe(sha256Hex(image));
  });

  test('has nothing to do where there is nothing to install', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({ stages: ['network', 'packages'] });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network', 'stage-02-packages']);
  });

  test('runs nothing, and unpacks nothing, that has another digest than it was told', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': USE } });
    const right = Buffer.from(program('right'));
    const sha256 = stand.mailbox.shelve(right);
    stand.mailbox.assets.set(sha256, archiveOf([['wrong', 'touch "$BOOTSTRAP_ROOT/taken"\n', 0o755]]));
    await become(stand, [{ name: 'wrong', form: 'tar.gz', sha256 }]);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network', 'failed']);
    const { stage, reason } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(stage).toBe('packages');
    expect(reason).toMatch(/^The asset wrong is not what it should be: its digest is another one, three times\. /);
    expect(await stand.has(`${BIN}/wrong`)).toBe(false);
    expect(await stand.has('opt/bootstrap/installed/wrong')).toBe(false);
    expect(await stand.has('taken')).toBe(false);
  });

  test('takes nothing over from what was begun with other bytes', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': USE } });
    const sha256 = stand.mailbox.shelve(Buffer.from(program('tool')));
    await stand.write(
      `var/lib/bootstrap/assets/${sha256}.part`,
      '#!/bin/sh\necho forged\n# and longer than the asset\n',
    );
    await become(stand, [{ name: 'tool', form: 'program', sha256 }]);
    expect(await stand.lines('var/log/bootstrap/use.log')).toEqual(['tool']);
  });

  test('goes on where a broken connection left it', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': USE } });
    const large = Buffer.from(`${program('large')}exit 0\n${'x'.repeat(700_000)}`);
    const sha256 = stand.mailbox.shelve(large);
    stand.welcomeAll({ stages: STAGES, assets: [{ name: 'large', form: 'program', sha256 }] });
    stand.mailbox.breaksAfter = 300_000;
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(await stand.lines('var/log/bootstrap/use.log')).toEqual(['large']);
    const froms = stand.mailbox.visits.filter(({ path }) => path.endsWith(sha256)).map(({ from }) => from);
    expect(froms).toEqual([0, 300_000, 600_000]);
  });

  test('waits for what is not on the shelf yet', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': USE } });
    const late = Buffer.from(program('late'));
    const sha256 = sha256Hex(late);
    stand.welcomeAll({ stages: STAGES, assets: [{ name: 'late', form: 'program', sha256 }] });
    await stand.boot();
    const agent = stand.start();
    await stand.slept(3);
    stand.mailbox.shelve(late);
    await once(agent, 'exit');
    expect(await stand.lines('var/log/bootstrap/use.log')).toEqual(['late']);
  });

  test('fetches several at once', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': 'true\n' } });
    const assets = Array.from({ length: 8 }, (_, index) => ({
      name: `tool-${index}`,
      form: 'program' as const,
      sha256: stand.mailbox.shelve(Buffer.from(program(`tool-${index}`))),
    }));
    // Each is kept waiting until another is asked for too.
    stand.mailbox.answersInPairs = true;
    await become(stand, [...assets]);
    expect(stand.mailbox.written).toContain('stage-03-use');
  });

  test('installs again what somebody has removed', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/use.sh': USE } });
    const sha256 = stand.mailbox.shelve(Buffer.from(program('tool')));
    await become(stand, [{ name: 'tool', form: 'program', sha256 }]);
    await stand.remove(`${BIN}/tool`);
    expect(await stand.run('opt/bootstrap/node/run-stage', 'packages')).toBe(0);
    expect(await stand.mode(`${BIN}/tool`)).toBe('755');
  });
});

describe('what the image of a machine lacks', () => {
  test('is installed by apt, and nothing else is, nor made newer', async () => {
    await using stand = await AgentStand.open();
    await lacks(stand, ['nft', 'wg']);
    await stand.writeProgram('apt-get', apt());
    await become(stand, []);
    const lines = await stand.lines('apt');
    const common = '-qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0';
    expect(lines).toEqual([
      `noninteractive ${common} -o APT::Update::Error-Mode=any update`,
      `noninteractive ${common} install --no-upgrade --no-install-recommends nftables wireguard-tools`,
    ]);
    expect(stand.mailbox.written).toContain('stage-02-packages');
    // At the next boot they are there, and nobody is asked.
    await stand.reboot();
    expect(await stand.run()).toBe(0);
    expect(await stand.lines('apt')).toEqual(lines);
  });

  test('is what runs containers and leads to the API, too, on a node of Kubernetes: by units of ours alone', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/kubelet.sh': 'true\n' } });
    await lacks(stand, ['containerd', 'runc', 'modprobe']);
    await stand.writeProgram('haproxy', '#!/bin/sh\n');
    await stand.writeProgram('apt-get', apt());
    stand.welcomeAll({ stages: ['network', 'packages', 'kubelet'] });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    const [, install = ''] = await stand.lines('apt');
    expect(install).toMatch(/ containerd runc kmod containernetworking-plugins$/);
    // The one that is here already may run.
    expect(await stand.lines('systemctl')).toContain('stop haproxy.service');
    expect(await stand.lines('systemctl')).not.toContain('stop containerd.service');
    for (const unit of ['containerd', 'haproxy']) {
      expect(await readlink(stand.path(`etc/systemd/system/${unit}.service`))).toBe('/dev/null');
    }
  });

  test('is asked for again as long as apt does not hear what there is, and what was left half done is done', async () => {
    await using stand = await AgentStand.open();
    await lacks(stand, ['wg']);
    await stand.write('deaf', '6\n');
    await stand.writeProgram('apt-get', apt());
    await become(stand, []);
    const verbs = (await stand.lines('apt')).map((line) => / (update|install)\b/.exec(line)?.[1]);
    expect(verbs).toEqual([...Array.from({ length: 7 }, () => 'update'), 'install']);
    expect(await stand.lines('dpkg')).toEqual(['--configure -a']);
  });

  test('is named when it cannot be installed', async () => {
    await using stand = await AgentStand.open();
    await lacks(stand, ['nft', 'wg']);
    await stand.writeProgram(
      'apt-get',
      apt('case $* in *install*) echo "E: Unable to locate package" >&2; exit 100 ;; esac'),
    );
    await become(stand, []);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network', 'failed']);
    const { reason, lastLines } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(reason).toMatch(/^These packages cannot be installed: nftables wireguard-tools\. /);
    expect(lastLines).toContain('E: Unable to locate package');
  });
});

/** It has all programs of this machine but these. */
async function lacks(stand: AgentStand, programs: readonly string[]): Promise<void> {
  for (const name of programs) await rm(stand.path(`bin/${name}`), { force: true });
  const folder = stand.path('system');
  await mkdir(folder, { recursive: true });
  for (const place of ['/usr/bin', '/usr/sbin']) {
    const names = (await readdir(place)).filter((name) => !programs.includes(name) && name !== 'dpkg');
    for (const name of names) await symlink(join(place, name), join(folder, name)).catch(() => undefined);
  }
  await stand.writeProgram('dpkg', '#!/bin/sh\necho "$*" >>"$BOOTSTRAP_ROOT/dpkg"\n');
  stand.systemPath = folder;
}

/** Notes what it is told, is deaf so often as a file says, and installs programs that do nothing. */
function apt(more = ''): string {
  return `#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >>"$BOOTSTRAP_ROOT/apt"
deaf=$(cat "$BOOTSTRAP_ROOT/deaf" 2>/dev/null || echo 0)
echo "$((deaf - 1))" >"$BOOTSTRAP_ROOT/deaf"
[ "$deaf" -le 0 ] || exit 100
${more}
case $* in *install*) for name in curl nft wg; do
  [ -e "$BOOTSTRAP_ROOT/bin/$name" ] || { echo '#!/bin/sh' >"$BOOTSTRAP_ROOT/bin/$name" && chmod +x "$BOOTSTRAP_ROOT/bin/$name"; }
done ;; esac
`;
}

async function become(stand: AgentStand, assets: Assets): Promise<void> {
  stand.welcomeAll({ stages: assets.length === 0 ? ['network', 'packages'] : STAGES, assets });
  await stand.boot();
  expect(await stand.run()).toBe(0);
}

/** Says its name. */
function program(name: string): string {
  return `#!/bin/sh\necho ${name}\n`;
}

function archiveOf(files: readonly (readonly [name: string, text: string, mode: number])[]): Uint8Array {
  return storedGzip(tarArchive(files.map(([name, text, mode]) => ({ name, mode, bytes: Buffer.from(text) }))));
}
