import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { machineSecurity } from '#app/validation/machine-security.ts';
import { judgePolicies } from '#app/validation/policies.ts';
import { judgeMachineSecurity } from '#app/validation/security.ts';
import type { PolicySight } from '#kubernetes/policy-sight.ts';

const NODE_FILES = new URL('../../cloud-init/node/', import.meta.url);
const PROGRAMS = ['apiserver', 'controller-manager', 'scheduler', 'etcd', 'kubelet', 'proxy'];

/** As etcd-seat.py writes it. */
const TRANSPORT = {
  'cert-file': '/etc/bootstrap/pki/etcd.crt',
  'key-file': '/run/credentials/bootstrap-etcd.service/etcd.key',
  'trusted-ca-file': '/etc/bootstrap/pki/etcd-ca.crt',
  'client-cert-auth': true,
};
const ETCD = { 'client-transport-security': TRANSPORT, 'peer-transport-security': TRANSPORT };

const FILES = `
755 root root /etc/bootstrap/pki
644 root root /etc/bootstrap/pki/etcd.crt
600 root root /etc/bootstrap/pki/etcd.key
600 root root /etc/bootstrap/secrets/service-account-key
600 root root /etc/bootstrap/kubernetes/encryption.yaml
644 root root /etc/bootstrap/kubernetes/scheduler.kubeconfig
700 bootstrap-etcd bootstrap-etcd /var/lib/bootstrap/etcd
644 root root /etc/systemd/system/bootstrap-kubelet.service
644 root root /etc/systemd/system/bootstrap-certificates.service`;

const DOORS =
  'apiserver 401\nkubelet 401\nkubelet-read-only 000\netcd 000\ncontroller-manager 000\nscheduler 000\nproxy 000';

/** With what a unit of these sources starts its program: `apiserver --profiling=false`. */
function startedWith(program: string): readonly string[] {
  const unit = readFileSync(new URL(`units/bootstrap-${program}.service`, NODE_FILES), 'utf8');
  const command = /^ExecStart=((?:.*\\\n)*.*)/m.exec(unit)?.[1] ?? '';
  return [program, ...[...command.matchAll(/ (--\S+)/g)].map(([, flag]) => `${program} ${flag}`)];
}

function template(name: string): string {
  return readFileSync(new URL(`kubernetes/${name}`, NODE_FILES), 'utf8').replaceAll(/@[A-Za-z_-]+@/g, '[]');
}

/** A machine as these sources make it, and what it says when something of it is another way. */
function said(changes: Readonly<Record<string, (text: string) => string>> = {}) {
  const sections = new Map([
    ['programs', PROGRAMS.flatMap(startedWith).join('\n')],
    ['files', FILES.trim()],
    ['at-rest', 'secretbox'],
    ['doors', DOORS],
    ['kubelet', template('kubelet.yaml')],
    ['proxy', template('proxy.yaml')],
    ['authentication', template('authentication.yaml')],
    ['etcd', JSON.stringify(ETCD)],
  ]);
  for (const [section, change] of Object.entries(changes)) sections.set(section, change(sections.get(section) ?? ''));
  return judgeMachineSecurity('demo', [machineSecurity({ node: 'control-plane-1', sections })]);
}

const badIn = (findings: ReturnType<typeof said>) =>
  findings.filter(({ verdict }) => verdict === 'bad').map(({ what }) => what);

describe('a machine', () => {
  test('as these sources make it has all that the benchmark asks for, and what is another way is told', async () => {
    const findings = said();
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    const words = findings.map(({ where, what }) => `${where}: ${what}\n`).join('');
    await expect(words).toMatchFileSnapshot('recorded/security.txt');
  });

  test.each<[string, string, (text: string) => string, string]>([
    ['a flag that lets somebody in', 'programs', (is) => `${is}\napiserver --token-auth-file=/tokens`, '1.2.2'],
    ['a flag that is missing', 'programs', (is) => is.replace(/.*--audit-log-path.*\n/, ''), '1.2.16'],
    ['a flag that is another', 'programs', (is) => is.replace('Node,RBAC', 'RBAC'), '1.2.7'],
    ['whoever may do anything', 'programs', (is) => is.replace('Node,RBAC', 'Node,RBAC,AlwaysAllow'), '1.2.6'],
    ['a cipher that is weak', 'programs', (is) => is.replace('128_GCM_SHA256', '128_CBC_SHA'), '1.2.29'],
    ['too few days of what was done', 'programs', (is) => is.replace('maxage=30', 'maxage=7'), '1.2.17'],
    [
      'a plugin that is switched off',
      'programs',
      (is) => `${is}\napiserver --disable-admission-plugins=ServiceAccount`,
      '1.2.12',
    ],
    [
      'a key that others read',
      'files',
      (is) => is.replace('600 root root /etc/bootstrap/pki', '640 root root /etc/bootstrap/pki'),
      '1.1.21',
    ],
    [
      'a unit that others write',
      'files',
      (is) => is.replace('644 root root /etc/systemd', '664 root root /etc/systemd'),
      '4.1.1–2',
    ],
    [
      'a folder of somebody else',
      'files',
      (is) => is.replace('bootstrap-etcd bootstrap-etcd', 'root root'),
      '1.1.11–12',
    ],
    ['secrets that are written as they are', 'at-rest', () => 'identity\nsecretbox', '1.2.28'],
    ['a server that answers anybody', 'doors', (is) => is.replace('apiserver 401', 'apiserver 200'), '1.2.1'],
    ['a path for anybody', 'authentication', (is) => `${is}    - path: /api\n`, '1.2.1'],
    ['an etcd that answers anybody', 'doors', (is) => is.replace('etcd 000', 'etcd 200'), '2.2'],
    [
      'an etcd that signs for itself',
      'etcd',
      () => JSON.stringify({ ...ETCD, 'peer-transport-security': { ...TRANSPORT, 'auto-tls': true } }),
      '2.6',
    ],
    [
      'an etcd that believes anybody',
      'etcd',
      () => JSON.stringify({ ...ETCD, 'client-transport-security': { ...TRANSPORT, 'client-cert-auth': false } }),
      '2.2',
    ],
    [
      'a kubelet that anybody may ask',
      'kubelet',
      (is) => is.replace('anonymous:\n    enabled: false', 'anonymous:\n    enabled: true'),
      '4.2.1',
    ],
    ['a kubelet that nobody can read', 'kubelet', () => '\t: [', '4.2.1'],
    ['a proxy that measures for all', 'proxy', (is) => is.replace('127.0.0.1:10249', '0.0.0.0:10249'), '4.3.1'],
    ['certificates that nobody renews', 'files', (is) => is.replace('bootstrap-certificates', 'other'), '4.2.10'],
  ])('with %s is bad, and its item is named', (_what, section, change, id) => {
    const bad = badIn(said({ [section]: change }));
    expect(bad.length).toBeGreaterThan(0);
    expect(bad.some((words) => words.startsWith(`CIS ${id} is not met`))).toBe(true);
  });

  test('of which a program does not run is not judged by it', () => {
    const findings = said({ programs: (is) => is.replaceAll(/^scheduler --.*\n/gm, '') });
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([
      { check: 'security', verdict: 'not judged', where: 'control-plane-1', what: 'Its scheduler does not run.' },
    ]);
  });

  test('without a control plane is judged by what it has', () => {
    const findings = said({ programs: () => [...startedWith('kubelet'), ...startedWith('proxy')].join('\n') });
    expect(new Set(findings.map(({ where }) => where))).toEqual(new Set(['kubelet', 'proxy']));
  });
});

test('every unit that starts a program of Kubernetes is judged', () => {
  const units = readdirSync(new URL('units/', NODE_FILES)).map((file) => /^bootstrap-(.*)\.service$/.exec(file)?.[1]);
  expect(PROGRAMS.filter((program) => !units.includes(program))).toEqual([]);
});

describe('what is in the API', () => {
  const space = { name: 'blog', level: undefined, hasPolicy: true, hasPods: true };
  const sight = (more: Partial<PolicySight>): PolicySight => ({
    mighty: [],
    nameless: [],
    namespaces: [space],
    ...more,
  });
  const words = (more: Partial<PolicySight>) =>
    judgePolicies('demo', sight(more)).map(({ verdict, where, what }) => `${verdict} ${where ?? ''}: ${what}`);

  test('is well when nobody else may do anything and every namespace has a policy', () => {
    const mighty = [{ binding: 'bootstrap:admins', who: 'Group bootstrap:admins' }];
    const own = { name: 'kube-system', level: 'privileged', hasPolicy: false, hasPods: true };
    expect(words({ mighty, namespaces: [space, own] })).toEqual([
      'ok : CIS 5.1.1, 5.1.5, 5.2, 5.3.2, 5.6.4 met by what is in the API.',
    ]);
  });

  test('is shown where somebody has to judge it', () => {
    const namespaces = [
      { ...space, level: 'privileged' },
      { ...space, name: 'default', hasPolicy: false },
      { ...space, name: 'empty', hasPods: false, hasPolicy: false },
    ];
    expect(words({ mighty: [{ binding: 'ops', who: 'User ada' }], nameless: ['read-all'], namespaces })).toEqual([
      'care User ada: CIS 5.1.1: may do anything, by ops.',
      'care read-all: CIS 5.1.5: gives something to whatever names no account.',
      'care blog: CIS 5.2: its pods are held to privileged only.',
      'care default: CIS 5.3.2: no policy says who may reach its pods.',
      'care default: CIS 5.6.4: pods run in it.',
    ]);
  });
});
