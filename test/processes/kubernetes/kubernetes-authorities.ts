import { type Authority, makeAuthority } from '#pki/authority.ts';
import { issueLeaf } from '#pki/leaf.ts';
import { KeyPair } from '#std/key-pair.ts';
import { SystemRandom } from '#std/system-random.ts';
import type { EtcdMachine } from '../etcd/etcd-machine.ts';

const random = new SystemRandom();
const DAYS = 2;
const SECRET_MODE = 0o600;
const PKI = 'etc/bootstrap/pki';

interface Holder {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** The authorities of a cluster, and what machines and people are certified to be. */
export class KubernetesAuthorities {
  readonly cluster = newAuthority('cluster');
  readonly etcd = newAuthority('etcd');
  readonly frontProxy = newAuthority('front-proxy');
  readonly serviceAccount = newAuthority('service-account');
  readonly encryptionKey = Buffer.from(random.bytes(32)).toString('base64');

  readonly #held = new Map<string, { readonly key: KeyPair; readonly holder: Holder }>();

  /** All that a machine of the control plane has of keys, certificates and secrets. */
  async equip(machine: EtcdMachine, node: string, address: string): Promise<void> {
    const own = { dnsNames: ['localhost'], addresses: ['127.0.0.1'] };
    const dnsNames = [node, 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
    await this.#hold(machine, 'etcd', this.etcd, { commonName: node, ...own, addresses: [address, '127.0.0.1'] });
    await this.#hold(machine, 'apiserver', this.cluster, {
      commonName: 'kube-apiserver',
      dnsNames,
      addresses: [address, '127.0.0.1', '10.96.0.1'],
    });
    await this.#hold(machine, 'apiserver-etcd', this.etcd, { commonName: 'kube-apiserver' });
    await this.#hold(machine, 'front-proxy', this.frontProxy, { commonName: 'front-proxy-client' });
    for (const component of ['controller-manager', 'scheduler']) {
      await this.#hold(machine, component, this.cluster, { commonName: `system:kube-${component}`, ...own });
    }
    await this.#hold(machine, 'services', this.cluster, { commonName: 'bootstrap:services' });
    await this.#hold(machine, 'kubelet', this.cluster, {
      commonName: `system:node:${node}`,
      organizations: ['system:nodes'],
      dnsNames: [node],
      addresses: [address],
    });
    await this.#hold(machine, 'proxy', this.cluster, { commonName: 'system:kube-proxy' });
    await machine.write('etc/bootstrap/secrets/service-account-key', this.serviceAccount.key.reveal(), SECRET_MODE);
    await machine.write('etc/bootstrap/secrets/service-account-believed', this.serviceAccount.certificate, SECRET_MODE);
    await machine.write('etc/bootstrap/secrets/encryption-key', this.encryptionKey, SECRET_MODE);
  }

  identity(holder: Holder, authority = this.cluster): Identity {
    const key = KeyPair.make('p256', random);
    return { key: key.pem, certificate: certify(key, holder, authority) };
  }

  /** Another certificate for a key of this machine, which speaks of the same. */
  renew(machine: EtcdMachine, purpose: string, authority: Authority): string {
    const held = this.#held.get(machine.path(purpose));
    if (held === undefined) throw new Error(`That machine has no key for ${purpose}.`);
    return certify(held.key, held.holder, authority);
  }

  async #hold(machine: EtcdMachine, purpose: string, authority: Authority, holder: Holder): Promise<void> {
    const key = KeyPair.make('p256', random);
    this.#held.set(machine.path(purpose), { key, holder });
    await machine.write(`${PKI}/${purpose}.key`, key.pem, SECRET_MODE);
    await machine.write(`${PKI}/${purpose}.crt`, certify(key, holder, authority));
    await machine.write(`${PKI}/${purpose}-ca.crt`, authority.certificate);
  }
}

function certify({ publicKey }: KeyPair, holder: Holder, authority: Authority): string {
  return issueLeaf(authority, {
    request: { publicKey },
    organizations: [],
    dnsNames: [],
    addresses: [],
    ...holder,
    usages: ['server', 'client'],
    nowMs: Date.now(),
    lifeDays: DAYS,
    random,
  });
}

export function newAuthority(name: string): Authority {
  return makeAuthority({ name: `${name} of a test`, random, nowMs: Date.now(), lifeDays: DAYS });
}
