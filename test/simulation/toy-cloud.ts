import type { Provider } from '#engine/runtime.ts';
import { CanaryWatch } from './canaries.ts';
import type { Cloud, CloudSeed, Expected, NormalForm, Scenery } from './cloud.ts';
import type { FaultRates } from './faults.ts';
import { Checker } from './invariants.ts';
import type { SimulatedProcess } from './process.ts';
import { checkQuiescence, foreignText, normalForm } from './quiescence.ts';
import { CANARIES } from './topologies.ts';
import { copyAccount, ToyAccount, type ToyAccountData } from './toy-account.ts';
import { TOY_CONSISTENCY, toyProvider } from './toy-provider.ts';
import type { ToyKind } from './toy-rules.ts';
import { ToySession } from './toy-session.ts';
import { CLUSTER } from './undertaking.ts';

const CANARY_WATCH = new CanaryWatch(CANARIES);

export function toyCloudSeed(data: ToyAccountData): CloudSeed {
  return { raise: (scenery) => new ToyCloud(copyAccount(data), scenery) };
}

class ToyCloud implements Cloud {
  readonly watch: Checker;
  readonly requestAgeMaxMs = TOY_CONSISTENCY.requestAgeMaxMs;
  readonly mayChangeByItself: boolean;
  readonly #account: ToyAccount;
  readonly #scenery: Scenery;
  readonly #foreign: string;

  constructor(data: ToyAccountData, scenery: Scenery) {
    const { world, faults, ledger, rates } = scenery;
    const nowMs = (): number => world.nowMs;
    const { visibleWithinMs } = TOY_CONSISTENCY;
    this.#scenery = scenery;
    this.#account = new ToyAccount(data, { nowMs, random: world.random, faults, visibleWithinMs });
    this.#foreign = foreignText({ cluster: CLUSTER, account: this.#account });
    const judged = { cluster: CLUSTER, account: this.#account, ledger, canaries: CANARY_WATCH, nowMs, visibleWithinMs };
    this.watch = new Checker({ ...judged, mayDouble: mayDoubleUnder(rates) });
    this.#account.watcher = this.watch;
    this.mayChangeByItself = rates['duplicate-delivery'] !== undefined || rates['token-forgotten'] !== undefined;
  }

  providerOf(process: SimulatedProcess): Provider {
    const { faults } = this.#scenery;
    return toyProvider(new ToySession({ process, account: this.#account, faults, watcher: this.watch }));
  }

  calmDown(): void {
    this.#scenery.faults.end();
  }

  judge(expected: Expected): void {
    const quiet = { cluster: CLUSTER, account: this.#account, ledger: this.#scenery.ledger };
    checkQuiescence(quiet, this.watch, { ...expected, foreign: this.#foreign });
  }

  form(): NormalForm {
    return normalForm({ cluster: CLUSTER, account: this.#account, ledger: this.#scenery.ledger });
  }

  seed(): CloudSeed {
    return toyCloudSeed(this.#account.data);
  }
}

/** The network doubles requests by itself, a forgotten token doubles servers: what comes of it is cleared away later. */
function mayDoubleUnder(rates: FaultRates): (kind: ToyKind) => boolean {
  const isDoubled = rates['duplicate-delivery'] !== undefined;
  const wanders = isDoubled && (rates['no-capacity'] ?? rates['zone-lost']) !== undefined;
  const serverMay = wanders || rates['token-forgotten'] !== undefined;
  return (kind) => (kind === 'toy.network' && isDoubled) || (kind === 'toy.server' && serverMay);
}
