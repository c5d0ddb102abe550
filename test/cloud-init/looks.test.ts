import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Look, readLook, sectionsOf } from '#cloud-init/look-script.ts';
import { SystemFiles } from '#std/system-files.ts';

const LOOKS: readonly Look[] = ['units', 'overlay', 'etcd', 'health', 'security', 'etcd-snapshot', 'etcd-restore'];
/** As `wg show bootstrap0 dump` writes them. */
const [PRIVATE, PRESHARED] = [`${'S'.repeat(43)}=`, `${'P'.repeat(43)}=`];
const DUMP = [
  [PRIVATE, 'OWN=', '51820', 'off'],
  ['ONE=', PRESHARED, '192.168.77.2:51820', '10.64.0.2/32,10.100.2.0/24', '1795302045', '104428', '105748', '25'],
  ['TWO=', PRESHARED, '(none)', '10.100.9.0/24', '0', '0', '740', 'off'],
]
  .map((row) => row.join('\t'))
  .join('\n');

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-looks-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('what a machine is asked', () => {
  test.each(LOOKS)('has no effect when it comes only in part: %s', async (look) => {
    const lines = (await readLook(new SystemFiles(), look)).trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^main( "\$@")? <\/dev\/null$/);
    const [settings, functions] = [lines.findIndex((line) => line.endsWith(') {')), lines.slice(0, -1)];
    expect(settings).toBeGreaterThan(0);
    expect(await run(functions.join('\n'))).toBe('');
  });
});

describe('how it stands on the overlay', () => {
  test('is told without any key that is secret', async () => {
    await program('wg', `[ "$*" = 'show bootstrap0 dump' ] && cat '${root}/dump'`);
    await program(
      'ping',
      `for last; do :; done\n[ "$last" != 10.64.0.2 ] || echo 'rtt min/avg/max/mdev = 0.212/0.300/0.400/0.010 ms'`,
    );
    await write('dump', `${DUMP}\n`);
    await write('var/lib/bootstrap/peers.json', '{"format":1,"peers":[]}');
    const said = await run(await readLook(new SystemFiles(), 'overlay'));
    expect(said).not.toContain(PRIVATE);
    expect(said).not.toContain(PRESHARED);
    const sections = sectionsOf(said);
    expect(sections.get('peers')).toBe('{"format":1,"peers":[]}');
    expect(sections.get('interface')?.split('\n')).toEqual([
      'OWN=\t51820',
      'ONE=\t192.168.77.2:51820\t10.64.0.2/32,10.100.2.0/24\t1795302045\t104428\t105748',
      'TWO=\t(none)\t10.100.9.0/24\t0\t0\t740',
    ]);
    expect(sections.get('latency')).toBe('10.64.0.2 0.212');
  });

  test('is told where there is no interface, and no list', async () => {
    await program('wg', 'exit 1');
    expect([...sectionsOf(await run(await readLook(new SystemFiles(), 'overlay'))).keys()]).toEqual(['clock', 'peers']);
  });
});

describe('etcd', () => {
  test('is not spoken of where there is none', async () => {
    expect(await run(await readLook(new SystemFiles(), 'etcd'))).toBe('');
  });

  test('gives no snapshot when it cannot take one, and leaves nothing behind', async () => {
    await program('opt/bootstrap/bin/etcdctl', "echo 'context deadline exceeded'; exit 1");
    const script = (await readLook(new SystemFiles(), 'etcd-snapshot')).replaceAll('/var/tmp', root);
    const failed = promisify(execFile)('sh', ['-c', script], { env: environment() });
    await expect(failed).rejects.toMatchObject({ code: 1, stdout: '', stderr: 'context deadline exceeded\n' });
    const { stdout } = await promisify(execFile)('find', [root, '-name', 'bootstrap-snapshot.*']);
    expect(stdout).toBe('');
  });
});

describe('units', () => {
  test('come with the versions of programs of ours, of scripts, and of packages', async () => {
    const node = join(root, 'opt/bootstrap/bundle-73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac');
    await write(join(node, 'agent.sh').slice(root.length), '');
    const shown = (id: string, path: string) =>
      `MainPID=0\nId=${id}\nExecStart={ path=${path} ; argv[]=${path} --x=1 }\n`;
    await write(
      'shown',
      [
        shown('bootstrap-node.service', `${node}/agent.sh`),
        shown('ssh.service', '/usr/sbin/sshd'),
        'Id=bootstrap-x.timer\n',
      ].join('\n'),
    );
    await program('systemctl', `cat '${root}/shown'`);
    await program('dpkg-query', `case "$1" in --search) echo "openssh-server: $2" ;; *) echo 1:10.0p1-7 ;; esac`);
    const sections = sectionsOf(await run(await readLook(new SystemFiles(), 'units')));
    expect(sections.get('units')).toBe((await readFile(join(root, 'shown'), 'utf8')).trim());
    expect(sections.get('versions')?.split('\n')).toEqual([
      'bootstrap-node.service bundle 73cb3858a687',
      'ssh.service 1:10.0p1-7',
    ]);
  });
});

describe('health', () => {
  test('is told of the servers that are placed here, and of the pods that were named', async () => {
    for (const name of ['apiserver', 'scheduler', 'etcd'])
      await write(`etc/systemd/system/bootstrap-${name}.service`, '');
    await program(
      'curl',
      `case "$*" in
        *"--cacert ${root}/etc/bootstrap/pki/apiserver-ca.crt"*https://127.0.0.1:6443/readyz) printf 200 ;;
        *) printf 000; exit 7 ;;
      esac`,
    );
    const dates = String.raw`notBefore=Nov 22 00:00:00 2026 GMT\nnotAfter=Nov 24 00:00:00 2026 GMT\n`;
    // Of what comes through its input nothing is left to the next.
    await program(
      'openssl',
      `case "$*" in *127.0.0.1:2379) cat; echo shown ;; x509*) grep -q shown && printf '${dates}' ;; *) exit 1 ;; esac`,
    );
    await program('ping', 'for last; do :; done\n[ "$last" = 10.100.0.1 ]');
    const sections = sectionsOf(await run(await readLook(new SystemFiles(), 'health'), ['10.100.0.1', '10.100.0.2']));
    expect(sections.get('clock')).toMatch(/^\d{10}\.\d{9}$/);
    expect(sections.get('health')?.split('\n')).toEqual(['apiserver 200', 'scheduler 000']);
    expect(
      sections
        .get('certificates')
        ?.split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual(['apiserver', 'scheduler', 'etcd notBefore=Nov 22 00:00:00 2026 GMT\tnotAfter=Nov 24 00:00:00 2026 GMT']);
    expect(sections.get('pods')?.split('\n').toSorted()).toEqual(['10.100.0.1 reached', '10.100.0.2 lost']);
  });

  test('says nothing of pods when none is named, and of servers when there are none', async () => {
    const sections = sectionsOf(await run(await readLook(new SystemFiles(), 'health')));
    expect([...sections].slice(1)).toEqual([
      ['health', ''],
      ['certificates', ''],
    ]);
  });
});

describe('what keeps others out', () => {
  test('is told of programs that run, of files and of what is answered, and nothing of it is secret', async () => {
    const running = spawn('sh', ['-c', 'sleep 60', 'kube-apiserver', '--profiling=false', '--secure-port=6443']);
    try {
      for (const name of ['apiserver', 'scheduler']) await write(`etc/systemd/system/bootstrap-${name}.service`, '');
      await write('etc/systemd/system/ssh.service', '');
      await write('etc/bootstrap/node.env', "OVERLAY_ADDRESS='10.64.0.1'\n");
      await write('etc/bootstrap/pki/apiserver.key', 'the key itself');
      await chmod(join(root, 'etc/bootstrap/pki/apiserver.key'), 0o600);
      await write('var/lib/bootstrap/etcd/member/wal', '');
      const encryption = 'resources:\n  - resources: [secrets]\n    providers:\n      - secretbox:\n          keys:\n';
      await write(
        'etc/bootstrap/kubernetes/encryption.yaml',
        `${encryption}            - name: first\n              secret: hidden\n`,
      );
      await program('systemctl', `case "$*" in *apiserver*) echo ${running.pid} ;; *) echo 0 ;; esac`);
      await program(
        'curl',
        'for last; do :; done\n[ "$last" != https://127.0.0.1:6443/api/v1/nodes ] || { printf 401; exit; }\nprintf 000; exit 7',
      );
      const said = await run(await readLook(new SystemFiles(), 'security'));
      const sections = sectionsOf(said);
      const linesOf = (name: string) => sections.get(name)?.split('\n');
      expect(linesOf('programs')).toEqual([
        'apiserver',
        'apiserver --profiling=false',
        'apiserver --secure-port=6443',
        'scheduler',
      ]);
      expect(linesOf('at-rest')).toEqual(['secretbox']);
      expect(linesOf('doors')).toEqual(['apiserver 401', 'etcd 000', 'controller-manager 000', 'scheduler 000']);
      const files = linesOf('files') ?? [];
      expect(files.find((line) => line.endsWith('apiserver.key'))).toMatch(/^600 \S+ \S+ /);
      expect(files.filter((line) => line.includes('/etcd'))).toEqual([
        expect.stringMatching(/\/var\/lib\/bootstrap\/etcd$/),
      ]);
      expect(files.filter((line) => line.includes('/ssh.service'))).toEqual([]);
      expect(said).not.toMatch(/hidden|the key itself/);
    } finally {
      running.kill();
    }
  });
});

function environment(): NodeJS.ProcessEnv {
  return { PATH: `${root}:/usr/sbin:/usr/bin:/sbin:/bin`, BOOTSTRAP_ROOT: root };
}

/** As it is run on a machine: from the standard input of a shell. */
async function run(script: string, args: readonly string[] = []): Promise<string> {
  const child = spawn('sh', ['-s', '--', ...args], { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(script);
  return text(child.stdout);
}

async function program(path: string, body: string): Promise<void> {
  await write(path, `#!/bin/sh\n${body}\n`);
  await chmod(join(root, path), 0o755);
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
