import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { FailureReport } from '#host/protocol.ts';
import { AgentStand } from './support/agent-stand.ts';
import { TestAuthority } from './support/test-authority.ts';

const KUBERNETES = 'etc/bootstrap/kubernetes';
const KUBELET = '../opt/bootstrap/bin/kubelet';
const KUBE_PROXY = '../opt/bootstrap/bin/kube-proxy';
const PURPOSES = ['kubelet', 'proxy'];
const SETTINGS = {
  NODE: 'worker-1',
  ROLE: 'worker',
  REGION: 'local-1',
  ZONE: 'local-1a',
  OVERLAY_ADDRESS: '10.98.0.7',
  OVERLAY_MTU: '1420',
  POD_CIDR: '10.97.7.0/24',
  POD_RANGE: '10.97.0.0/16',
  SERVICE_RANGE: '10.96.0.0/16',
  DNS_ADDRESS: '10.96.0.10',
  CLUSTER_DOMAIN: 'cluster.local',
  API_PORT: '6443',
  CONTROL_PLANES: '10.98.0.1 10.98.0.2',
};
/** Names what is in it, as containerd does. */
const CTR = `#!/bin/sh
echo "$*" >>"$BOOTSTRAP_ROOT/ctr"
[ "$4" != import ] || echo 'unpacking registry.k8s.io/pause:3.10 (sha256:0123)...done'
`;
/** As systemd: a line for each, and no failure as long as one of them is active. */
const SYSTEMCTL = `#!/bin/sh
[ "$1" = is-active ] || exit 0
shift
for unit; do
  states=$BOOTSTRAP_ROOT/states/$unit
  head -n 1 "$states"
  [ "$(wc -l <"$states")" -eq 1 ] || sed -i 1d "$states"
done
`;
const KubeletSettings = z.looseObject({
  registerWithTaints: z.array(z.object({ key: z.string(), effect: z.string() })),
});

let authority: TestAuthority;

beforeAll(() => {
  authority = new TestAuthority();
});

afterAll(() => {
  authority[Symbol.dispose]();
});

describe('the stage kubelet', () => {
  test('starts the way to the API, containers, the node and its services, and notes what with', async () => {
    await using stand = await standWith();
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-kubelet']);
    expect(await started(stand)).toEqual(['balancer', 'containerd', 'kubelet', 'proxy']);
    const balancer = await stand.read('var/lib/bootstrap/balancer.cfg');
    expect(balancer.match(/^ {2}server .*$/gm)).toEqual([
      '  server at-10.98.0.1 10.98.0.1:6443',
      '  server at-10.98.0.2 10.98.0.2:6443',
    ]);
    expect(JSON.parse(await stand.read(`${KUBERNETES}/cni/pods.conflist`))).toMatchObject({
      plugins: [{ type: 'bridge', mtu: 8_921, ipam: { ranges: [[{ subnet: '10.97.7.0/24' }]] } }],
    });
    await stand.write('systemctl', '');
    expect(await stand.run('opt/bootstrap/node/run-stage', 'kubelet')).toBe(0);
    expect((await stand.lines('systemctl')).filter((line) => line.startsWith('try-restart'))).toEqual([]);
  });

  test('takes an image over once, and what it holds stays', async () => {
    await using stand = await standWith();
    await stand.write('var/lib/bootstrap/images/pause.tar', 'an image');
    await stand.run();
    const image = stand.path('var/lib/bootstrap/images/pause.tar');
    const taken = [
      `-n k8s.io images import ${image}`,
      '-n k8s.io images label registry.k8s.io/pause:3.10 io.cri-containerd.pinned=pinned',
    ];
    expect(await stand.lines('ctr')).toEqual(taken);
    await stand.run('opt/bootstrap/node/run-stage', 'kubelet');
    expect(await stand.lines('ctr')).toEqual(taken);
    await stand.write('var/lib/bootstrap/images/pause.tar', 'another image');
    await stand.run('opt/bootstrap/node/run-stage', 'kubelet');
    expect(await stand.lines('ctr')).toEqual([...taken, ...taken]);
  });

  test('starts again what has become another program, also when it was killed before it could', async () => {
    await using stand = await standWith();
    await stand.run();
    await stand.writeProgram(KUBELET, '#!/bin/sh\nexit 0\n');
    await stand.write('systemctl', '');
    await stand.run('opt/bootstrap/node/run-stage', 'kubelet');
    const restarts = async () => (await stand.lines('systemctl')).filter((line) => line.startsWith('try-restart'));
    expect(await restarts()).toEqual(['try-restart bootstrap-kubelet.service']);
    await stand.write('var/lib/bootstrap/kubernetes/bootstrap-kubelet.service', '');
    await stand.run('opt/bootstrap/node/run-stage', 'kubelet');
    expect(await restarts()).toHaveLength(2);
  });

  test.each([
    ['control-plane', ['node-role.kubernetes.io/control-plane']],
    ['storage', ['node-role.kubernetes.io/storage']],
    ['converged', []],
    ['worker', []],
  ])('keeps from a node of the role %s what does not belong there', async (role, taints) => {
    await using stand = await standWith();
    await stand.run();
    await stand.append('etc/bootstrap/node.env', `ROLE=${role}\n`);
    expect(await stand.run('opt/bootstrap/node/run-stage', 'kubelet')).toBe(0);
    const settings = KubeletSettings.parse(parse(await stand.read(`${KUBERNETES}/kubelet.yaml`)));
    expect(settings.registerWithTaints).toEqual(taints.map((key) => ({ key, effect: 'NoSchedule' })));
  });

  test('fails without a setting, and names it', async () => {
    const { DNS_ADDRESS: _none, ...settings } = SETTINGS;
    await using stand = await standWith(settings);
    await stand.run();
    const { stage, reason, lastLines } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(stage).toBe('kubelet');
    expect(reason).toMatch(/^\S+kubelet\.yaml cannot be written\. /);
    expect(lastLines.join()).toContain('There is no DNS_ADDRESS for ');
  });
});

describe('the stage ready', () => {
  test('is done when all that is to run runs', async () => {
    await using stand = await AgentStand.open();
    await enable(stand, { 'bootstrap-a.service': ['activating', 'active'], 'bootstrap-b.service': ['active'] });
    stand.welcomeAll({ stages: ['ready'] });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-ready']);
    expect(await stand.lines('slept')).toEqual(['2']);
  });

  test('names what does not', async () => {
    await using stand = await AgentStand.open();
    await enable(stand, { 'bootstrap-a.service': ['failed'], 'bootstrap-b.service': ['active'] });
    stand.welcomeAll({ stages: ['ready'] });
    await stand.boot();
    await stand.run();
    const { reason } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(reason).toMatch(/^Not everything runs that is to run: bootstrap-a\.service failed\. /);
  });
});

/** A worker in its last stage but one, with stand-ins of what it is to run. */
async function standWith(settings: Readonly<Record<string, string>> = SETTINGS): Promise<AgentStand> {
  // What asks the API has its own tests, with the API itself.
  const stand = await AgentStand.open({ purposes: PURPOSES, scripts: { 'node-ready.py': '' } });
  stand.welcomeAll({ settings, stages: ['kubelet'] }, authority);
  for (const name of ['containerd', 'runc', 'haproxy', 'modprobe', 'sysctl', 'getent', KUBELET, KUBE_PROXY]) {
    await stand.writeProgram(name, '#!/bin/sh\n');
  }
  await stand.writeProgram('ctr', CTR);
  await stand.write('sys/class/net/bootstrap0/mtu', '8921\n');
  await stand.boot();
  return stand;
}

async function started(stand: AgentStand): Promise<readonly string[]> {
  const lines = await stand.lines('systemctl');
  return lines.flatMap(
    (line) => /^start bootstrap-(balancer|containerd|kubelet|proxy)\.service$/.exec(line)?.[1] ?? [],
  );
}

/** Each is in these states, one after the other when it is asked, and stays in the last. */
async function enable(stand: AgentStand, units: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [unit, states] of Object.entries(units)) {
    await stand.write(`etc/systemd/system/multi-user.target.wants/${unit}`, '');
    await stand.write(`states/${unit}`, `${states.join('\n')}\n`);
  }
  await stand.writeProgram('systemctl', SYSTEMCTL);
}
