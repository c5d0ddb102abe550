import type { Program } from '../machine-security.ts';
import { type BenchmarkItem, isStrong } from './item.ts';

type Flags = ReadonlyMap<string, string>;

function flags(
  of: Program,
  rules: Readonly<Record<string, (flags: Flags) => string | undefined>>,
): readonly BenchmarkItem[] {
  return Object.entries(rules).map(([id, rule]) => ({
    id,
    of,
    instead: ({ programs }) => rule(programs.get(of) ?? new Map()),
  }));
}

const said = (name: string, value: string | undefined): string =>
  value === undefined ? `--${name} is not given` : `--${name} is ${value === '' ? 'empty' : value}`;
const isGiven =
  (...names: readonly string[]) =>
  (given: Flags) => {
    const missing = names.find((name) => (given.get(name) ?? '') === '');
    return missing && said(missing, given.get(missing));
  };
const isNot = (name: string) => (given: Flags) => (given.has(name) ? said(name, given.get(name)) : undefined);
const is = (name: string, wanted: string) => (given: Flags) =>
  given.get(name) === wanted ? undefined : said(name, given.get(name));
const isNever = (name: string, value: string) => (given: Flags) =>
  given.get(name) === value ? said(name, value) : undefined;
const isLeast = (name: string, least: number) => (given: Flags) =>
  Number(given.get(name)) >= least ? undefined : said(name, given.get(name));
const has = (name: string, word: string) => (given: Flags) =>
  given.get(name)?.split(',').includes(word) === true ? undefined : said(name, given.get(name));
const lacks = (name: string, word: string) => (given: Flags) =>
  given.get(name)?.split(',').includes(word) === true ? said(name, given.get(name)) : undefined;

const PLUGINS = 'enable-admission-plugins';
const NO_PLUGINS = 'disable-admission-plugins';
const SUITES = 'tls-cipher-suites';

const API_SERVER = flags('apiserver', {
  '1.2.2': isNot('token-auth-file'),
  '1.2.4': isGiven('kubelet-client-certificate', 'kubelet-client-key'),
  '1.2.5': isGiven('kubelet-certificate-authority'),
  '1.2.6': (given) => isGiven('authorization-mode')(given) ?? lacks('authorization-mode', 'AlwaysAllow')(given),
  '1.2.7': has('authorization-mode', 'Node'),
  '1.2.8': has('authorization-mode', 'RBAC'),
  '1.2.10': lacks(PLUGINS, 'AlwaysAdmit'),
  '1.2.12': lacks(NO_PLUGINS, 'ServiceAccount'),
  '1.2.13': lacks(NO_PLUGINS, 'NamespaceLifecycle'),
  '1.2.14': has(PLUGINS, 'NodeRestriction'),
  '1.2.15': is('profiling', 'false'),
  '1.2.16': isGiven('audit-log-path', 'audit-policy-file'),
  '1.2.17': isLeast('audit-log-maxage', 30),
  '1.2.18': isLeast('audit-log-maxbackup', 10),
  '1.2.19': isLeast('audit-log-maxsize', 100),
  '1.2.21': isNever('service-account-lookup', 'false'),
  '1.2.22': isGiven('service-account-key-file'),
  '1.2.23': isGiven('etcd-certfile', 'etcd-keyfile'),
  '1.2.24': isGiven('tls-cert-file', 'tls-private-key-file'),
  '1.2.25': isGiven('client-ca-file'),
  '1.2.26': isGiven('etcd-cafile'),
  '1.2.27': isGiven('encryption-provider-config'),
  '1.2.29': (given) => (isStrong(given.get(SUITES)?.split(',') ?? []) ? undefined : said(SUITES, given.get(SUITES))),
  '1.2.30': is('service-account-extend-token-expiration', 'false'),
});

const CONTROLLERS = flags('controller-manager', {
  '1.3.1': isLeast('terminated-pod-gc-threshold', 1),
  '1.3.2': is('profiling', 'false'),
  '1.3.3': is('use-service-account-credentials', 'true'),
  '1.3.4': isGiven('service-account-private-key-file'),
  '1.3.5': isGiven('root-ca-file'),
  '1.3.6': lacks('feature-gates', 'RotateKubeletServerCertificate=false'),
  '1.3.7': is('bind-address', '127.0.0.1'),
});

const SCHEDULER = flags('scheduler', { '1.4.1': is('profiling', 'false'), '1.4.2': is('bind-address', '127.0.0.1') });

export const FLAGS: readonly BenchmarkItem[] = [...API_SERVER, ...CONTROLLERS, ...SCHEDULER];
