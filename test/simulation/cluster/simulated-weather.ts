import { MILD_WEATHER, type MachineWeather, type Quotas, type Weather } from '#providers/simulator/weather.ts';
import type { FaultKind, FaultLottery } from '../faults.ts';

/** Well within what the provider allows for. */
const LAG_MS = 45_000;
const PROPAGATION_MS = 5_000;
const SLOW_PROPAGATION_MS = 60_000;

const NONE_OF_MACHINES = MILD_WEATHER.machines;

const FATES: readonly (readonly [FaultKind, keyof MachineWeather])[] = [
  ['breaks-while-starting', 'pendingToTerminated'],
  ['node-silent', 'neverHello'],
  ['node-hello-twice', 'helloTwice'],
  ['node-hello-forged', 'forgedHello'],
  ['node-stage-fails', 'stageFails'],
  ['node-hangs', 'hangs'],
  ['node-vanishes', 'vanishes'],
  ['node-lies', 'lies'],
  ['node-late', 'late'],
];

const LAGGING: readonly FaultKind[] = ['stale-read', 'not-found-after-create', 'missing-tags', 'still-listed'];

/**
 * The weather of the account as our lottery makes it. The simulator asks for a rate at the very moment it matters, so each
 * rate is drawn here, counted, and given as all or nothing.
 */
export class SimulatedWeather implements Weather {
  readonly publishedThrottles = true;
  readonly dnsInsyncMs = 30_000;
  readonly permissions = MILD_WEATHER.permissions;
  readonly #faults: FaultLottery;
  readonly #lostZone: () => string | undefined;

  constructor(faults: FaultLottery, lostZone: () => string | undefined) {
    this.#faults = faults;
    this.#lostZone = lostZone;
  }

  get lagMs(): number {
    return LAGGING.some((kind) => this.#faults.isPossible(kind)) ? LAG_MS : 0;
  }

  get notFoundAfterCreate(): number {
    return this.#draw('not-found-after-create');
  }

  get missingTags(): number {
    return this.#draw('missing-tags');
  }

  get staleDescribe(): number {
    return this.#draw('stale-read');
  }

  get deleteStillListed(): number {
    return this.#draw('still-listed');
  }

  get pageSizeOne(): number {
    return this.#draw('page-of-one');
  }

  get throttle(): number {
    return this.#draw('throttle');
  }

  get errorBefore(): number {
    return this.#draw('error-before-effect');
  }

  get errorAfter(): number {
    return this.#draw('error-after-effect');
  }

  get credentialsExpired(): number {
    return this.#draw('credentials-expired');
  }

  get conflict(): number {
    return this.#draw('store-conflict');
  }

  get versionsUnseen(): number {
    return this.#draw('stale-read');
  }

  get noCapacity(): number {
    return this.#draw('no-capacity');
  }

  get exhausted(): readonly string[] {
    const zone = this.#lostZone();
    return zone === undefined ? [] : [zone];
  }

  get quotas(): Quotas {
    return this.#draw('quota') === 1 ? NOTHING_ALLOWED : MILD_WEATHER.quotas;
  }

  get natGatewayFails(): number {
    return this.#draw('breaks-while-starting');
  }

  get iamPropagationMs(): number {
    return this.#faults.isPossible('not-propagated') ? SLOW_PROPAGATION_MS : PROPAGATION_MS;
  }

  get priorRequest(): number {
    return this.#draw('prior-request');
  }

  get machines(): MachineWeather {
    const fate = FATES.find(([kind]) => this.#faults.strikes(kind));
    return fate === undefined ? NONE_OF_MACHINES : { ...NONE_OF_MACHINES, [fate[1]]: 1 };
  }

  #draw(kind: FaultKind): 0 | 1 {
    return this.#faults.strikes(kind) ? 1 : 0;
  }
}

const NOTHING_ALLOWED: Quotas = {
  vcpus: 0,
  spotVcpus: 0,
  vpcs: 0,
  internetGateways: 0,
  addresses: 0,
  natGatewaysPerZone: 0,
  subnetsPerVpc: 0,
  securityGroupsPerVpc: 0,
  rulesPerSecurityGroup: 0,
  routeTablesPerVpc: 0,
  buckets: 0,
  hostedZones: 0,
  loadBalancers: 0,
};
