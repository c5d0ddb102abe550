import type { MachineSecurity } from '../machine-security.ts';
import { type BenchmarkItem, isStrong } from './item.ts';

/** Who shows nothing is told how a server is, and nothing else. */
const HEALTH = new Set(['/livez', '/readyz', '/healthz']);

export const SETTINGS: readonly BenchmarkItem[] = [
  {
    id: '1.2.1',
    of: 'apiserver',
    otherwise: 'Whoever shows nothing is told how the server is, and nothing else.',
    instead: ({ authentication: { anonymous }, doors }) => {
      const others = anonymous.conditions.map(({ path }) => path).filter((path) => !HEALTH.has(path));
      if (anonymous.enabled && anonymous.conditions.length === 0) return 'whoever shows nothing may ask for anything';
      if (anonymous.enabled && others.length > 0) return `whoever shows nothing is answered at ${others.join(', ')}`;
      return shut(doors, 'apiserver', '401');
    },
  },
  {
    id: '1.2.28',
    of: 'apiserver',
    instead: ({ atRest: [first = 'identity'] }) =>
      ['aescbc', 'kms', 'secretbox'].includes(first) ? undefined : `secrets are written as ${first}`,
  },
  { id: '1.3.7', of: 'controller-manager', instead: ({ doors }) => shut(doors, 'controller-manager', '000') },
  { id: '1.4.2', of: 'scheduler', instead: ({ doors }) => shut(doors, 'scheduler', '000') },
  ...etcd('2.1', 'client-transport-security', 'cert-file', 'key-file'),
  ...etcd('2.2', 'client-transport-security', 'client-cert-auth', 'trusted-ca-file'),
  { id: '2.2', of: 'etcd', instead: ({ doors }) => shut(doors, 'etcd', '000') },
  { id: '2.3', of: 'etcd', instead: ({ etcd: of }) => auto(of['client-transport-security']) },
  ...etcd('2.4', 'peer-transport-security', 'cert-file', 'key-file'),
  ...etcd('2.5', 'peer-transport-security', 'client-cert-auth', 'trusted-ca-file'),
  { id: '2.6', of: 'etcd', instead: ({ etcd: of }) => auto(of['peer-transport-security']) },
  ...kubelet('4.2.1', ({ authentication }) => !authentication.anonymous.enabled, 'whoever shows nothing may ask'),
  { id: '4.2.1', of: 'kubelet', instead: ({ doors }) => shut(doors, 'kubelet', '401') },
  ...kubelet('4.2.2', ({ authorization }) => authorization.mode === 'Webhook', 'it does not ask who may'),
  ...kubelet('4.2.3', ({ authentication: { x509 } }) => x509.clientCAFile !== '', 'it believes no authority'),
  ...kubelet('4.2.4', ({ readOnlyPort }) => readOnlyPort === 0, 'it has a port for all'),
  { id: '4.2.4', of: 'kubelet', instead: ({ doors }) => shut(doors, 'kubelet-read-only', '000') },
  ...kubelet('4.2.5', (is) => !/^0\w*$/.test(is.streamingConnectionIdleTimeout), 'connections may be idle for ever'),
  {
    id: '4.2.6',
    of: 'kubelet',
    otherwise: 'There is no iptables: services are in nftables.',
    instead: ({ kubelet: of, proxy }) =>
      of.makeIPTablesUtilChains || proxy.mode === 'nftables'
        ? undefined
        : 'it keeps no chains, and kube-proxy needs them',
  },
  ...kubelet('4.2.8', ({ eventRecordQPS }) => eventRecordQPS > 0, 'it may flood whoever keeps events'),
  ...kubelet('4.2.9', (is) => is.tlsCertFile !== '' && is.tlsPrivateKeyFile !== '', 'it has no certificate of its own'),
  {
    id: '4.2.10',
    of: 'kubelet',
    otherwise: 'Machines renew the certificates of all their programs by themselves.',
    instead: ({ kubelet: of, files }) =>
      of.rotateCertificates || files.some(({ path }) => path.endsWith('/bootstrap-certificates.service'))
        ? undefined
        : 'nobody renews its certificates',
  },
  ...kubelet('4.2.12', ({ tlsCipherSuites }) => isStrong(tlsCipherSuites), 'it takes ciphers that are weak'),
  ...kubelet('4.2.13', ({ podPidsLimit }) => podPidsLimit > 0, 'a pod may start as many processes as it likes'),
  ...kubelet('4.2.14', ({ seccompDefault }) => seccompDefault, 'pods may call all that the kernel has'),
  {
    id: '4.3.1',
    of: 'proxy',
    instead: ({ proxy: { metricsBindAddress: at }, doors }) =>
      at === '' || at.startsWith('127.') ? shut(doors, 'proxy', '000') : `it measures for all at ${at}`,
  },
];

function etcd(
  id: string,
  of: 'client-transport-security' | 'peer-transport-security',
  ...names: readonly ('cert-file' | 'key-file' | 'trusted-ca-file' | 'client-cert-auth')[]
): readonly BenchmarkItem[] {
  const instead = (machine: MachineSecurity): string | undefined => {
    const missing = names.find((name) => machine.etcd[of][name] === '' || machine.etcd[of][name] === false);
    return missing && `${of} has no ${missing}`;
  };
  return [{ id, of: 'etcd', instead }];
}

function auto(security: MachineSecurity['etcd']['client-transport-security']): string | undefined {
  return security['auto-tls'] ? 'it signs its certificates itself' : undefined;
}

function kubelet(
  id: string,
  isSo: (kubelet: MachineSecurity['kubelet']) => boolean,
  instead: string,
): readonly BenchmarkItem[] {
  return [{ id, of: 'kubelet', instead: (machine) => (isSo(machine.kubelet) ? undefined : instead) }];
}

function shut(doors: MachineSecurity['doors'], name: string, wanted: '401' | '000'): string | undefined {
  const answer = doors.get(name) ?? '000';
  if (answer === wanted) return undefined;
  return answer === '000' ? 'it does not answer' : `somebody who shows nothing is answered with ${answer}`;
}
