import { withClusterKinds } from '#cluster/cluster-kinds.ts';
import type { SecretSession } from '#cluster/generated-secret.ts';
import type { CertificateSession } from '#cluster/node-certificate.ts';
import type { Provider } from '#engine/runtime.ts';
import type { AuthoritySession } from '#pki/authority-kind.ts';
import type { Connection } from '#provider/provider-module.ts';
import { awsModule } from '#providers/aws/aws-module.ts';
import { mannersAt } from '#providers/aws/tempo.ts';
import type { Account } from '#providers/simulator/account.ts';
import { simulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { KeyPair } from '#std/key-pair.ts';
import type { Random } from '#std/random.ts';
import { CanaryWatch } from '../canaries.ts';
import type { Cloud, CloudSeed, Expected, NormalForm, Scenery } from '../cloud.ts';
import type { FaultRates } from '../faults.ts';
import type { SimulatedProcess } from '../process.ts';
import { SeededRandom } from '../seeded-random.ts';
import { CLUSTER } from '../undertaking.ts';
import { REGION } from './cluster-specs.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { addForeignObjects } from './foreign-objects.ts';
import { MachineDeaths } from './machine-deaths.ts';
import { isRecord, Mirror, type Mirrored } from './mirror.ts';
import type { EtcdState } from './quorum/etcd-members.ts';
import { Quorum } from './quorum/quorum.ts';
import { SimulatedWeather } from './simulated-weather.ts';
import { wiredClients } from './wired-clients.ts';
import { ACTED } from '../../support/acted-machines.ts';

/** What is sealed, and what seals it: neither may be read anywhere. */
const OVERLAY_KEY = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256);
const DATA_KEY = '\u0007'.repeat(32);
/** What every authority signs with: drawn as the key for the overlay is. */
const [, AUTHORITY_KEY = ''] = KeyPair.make('ed25519', overlayKeysOf(new SeededRandom(0))).pem.split('\n');
const AUTHORITY_CANARIES = new CanaryWatch([AUTHORITY_KEY]);
const CANARIES = new CanaryWatch([Buffer.from(OVERLAY_KEY).toString('base64'), AUTHORITY_KEY, DATA_KEY]);

const MANNERS = mannersAt(1);
const LOST_FOR_MS = [60_000, 600_000] as const;
const ZONES = ['a', 'b', 'c'].map((letter) => `${REGION}${letter}`);

/** An account of AWS in which only others live. `hasMembers`: the machines of the control plane play etcd, too. */
export function virginCloud({ hasMembers }: { readonly hasMembers: boolean }): CloudSeed {
  const mirror = new Mirror();
  const witness = { after: (change: Parameters<Mirror['follow']>[0]) => void mirror.follow(change) };
  addForeignObjects(simulatedAccount({ seed: 'virgin', weather: CALM_WEATHER, witness }), 0);
  const objects = [...mirror.objects];
  const etcd = hasMembers
    ? { machines: new Map(), clusters: [], board: new Map<string, string>(), seats: [] }
    : undefined;
  return cloudSeed({ objects, foreign: new Set(objects.map(({ key }) => key)), etcd });
}

interface AccountCopy {
  readonly objects: readonly Mirrored[];
  readonly foreign: ReadonlySet<string>;
  /** Undefined: nobody plays it. */
  readonly etcd: EtcdState | undefined;
}

function cloudSeed(copy: AccountCopy): CloudSeed {
  return { raise: (scenery) => new ClusterCloud(copy, scenery) };
}

/** The real provider, on an account that is simulated inside this process. */
class ClusterCloud implements Cloud {
  readonly watch: ClusterWatch;
  readonly requestAgeMaxMs = MANNERS.consistency.requestAgeMaxMs;
  readonly mayChangeByItself: boolean;
  readonly #foreign: AccountCopy['foreign'];
  readonly #scenery: Scenery;
  readonly #mirror = new Mirror();
  readonly #account: Account;
  readonly #quorum: Quorum | undefined;

  constructor({ objects, foreign, etcd }: AccountCopy, scenery: Scenery) {
    const { world, faults, ledger, rates } = scenery;
    const nowMs = (): number => world.nowMs;
    this.#foreign = foreign;
    this.#scenery = scenery;
    const report = (detail: string): void => this.watch.report(11, detail);
    this.#quorum = etcd && new Quorum({ world, faults, ledger, report, state: etcd });
    const deaths = new MachineDeaths({ world, faults });
    this.#account = simulatedAccount({
      seed: String(world.random.word()),
      weather: new SimulatedWeather(faults, lostZone(scenery)),
      company: this.#quorum?.company,
      witness: {
        after: (change) => {
          const touched = this.#mirror.follow(change);
          deaths.follow(change.writes);
          this.#quorum?.follow(change.writes);
          if (!isCopying) this.watch.changed(change.operation, touched);
        },
      },
    });
    this.watch = new ClusterWatch({
      ledger,
      canaries: CANARIES,
      nowMs,
      cluster: CLUSTER,
      mirror: this.#mirror,
      foreign,
      keyCanaries: CANARIES,
      authorityCanaries: AUTHORITY_CANARIES,
      livingAt: (atMs) => livingAt(this.#account, atMs),
      visibleWithinMs: MANNERS.consistency.visibleWithinMs,
      mayDouble: mayDoubleUnder(rates),
    });
    let isCopying = true;
    for (const { kind, region, id, value, atMs } of objects) {
      const writes = [{ kind, region, id, value }];
      this.#account.fold({ type: 'changed', atMs, operation: 'copy', region, charges: [], writes });
    }
    isCopying = false;
    this.mayChangeByItself = rates['duplicate-delivery'] !== undefined || rates['node-vanishes'] !== undefined;
  }

  providerOf(process: SimulatedProcess): Provider {
    const { provider } = this.#connect(process);
    const own: SecretSession & Omit<CertificateSession, 'mailbox'> & Pick<AuthoritySession, 'algorithm'> = {
      clock: process.clock,
      random: overlayKeysOf(process.random),
      // The other kind of signature is another one each time: no seed would replay it.
      algorithm: 'ed25519',
      forgotten: new Set(),
      reissued: new Map(),
    };
    const session = isRecord(provider.session) ? { ...provider.session, ...own } : own;
    return { ...provider, session, types: withClusterKinds(provider.types) };
  }

  async audit(process: SimulatedProcess): Promise<void> {
    const marked = await this.#connect(process).walk(CLUSTER, new AbortController().signal);
    this.watch.compare(marked.filter(({ goesLater }) => goesLater === undefined));
  }

  #connect(process: SimulatedProcess): Connection {
    const { world, faults } = this.#scenery;
    const [account, mirror, watch, nowMs] = [this.#account, this.#mirror, this.watch, () => world.nowMs];
    const services = wiredClients({ process, account, mirror, faults, watch, region: REGION, nowMs });
    const { clock, random } = process;
    return awsModule({ name: 'aws', ...ACTED, servicesOf: () => services }).connect({ region: REGION, clock, random });
  }

  calmDown(): void {
    this.#scenery.faults.end();
  }

  judge(expected: Expected): void {
    this.watch.judge(expected);
    if (!expected.isDelete) this.#quorum?.judge();
  }

  form(): NormalForm {
    return this.watch.form();
  }

  seed(): CloudSeed {
    return cloudSeed({ objects: [...this.#mirror.objects], foreign: this.#foreign, etcd: this.#quorum?.state });
  }
}

/** Every key for the overlay is the canary, and every authority signs with it. */
function overlayKeysOf(random: Random): Random {
  return {
    float: () => random.float(),
    bytes: (length) => (length === OVERLAY_KEY.length ? OVERLAY_KEY : random.bytes(length)),
  };
}

function livingAt(account: Account, atMs: number): ReadonlySet<string> {
  const living = account.walk(atMs).filter(({ isAlive }) => isAlive);
  return new Set(living.map(({ kind, region, id }) => `${kind}@${region}/${id}`));
}

/** A zone that has no capacity for a while: from the first moment on, when it is drawn at all. */
function lostZone({ world, faults, rates }: Scenery): () => string | undefined {
  if (rates['zone-lost'] === undefined) return () => undefined;
  const zone = world.random.pick(ZONES);
  const untilMs = world.nowMs + world.random.between(...LOST_FOR_MS);
  return () => {
    if (world.nowMs >= untilMs || !faults.isPossible('zone-lost')) return undefined;
    faults.count('zone-lost');
    return zone;
  };
}

/** The network doubles requests by itself; what no token and no name protects is made twice, and cleared away later. */
function mayDoubleUnder(rates: FaultRates): (kind: string) => boolean {
  const isDoubled = rates['duplicate-delivery'] !== undefined;
  const wanders = isDoubled && (rates['no-capacity'] ?? rates['zone-lost']) !== undefined;
  return (kind) => (isDoubled && WITHOUT_TOKEN.has(kind)) || (wanders && kind === 'instance');
}

const WITHOUT_TOKEN = new Set(['vpc', 'internet-gateway', 'elastic-ip', 'key', 'route-table']);
