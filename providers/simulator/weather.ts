/** How the account treats its users. Rates are chances from 0 to 1. */
export interface Weather {
  /** A read may be this far behind the truth, and no further. */
  readonly lagMs: number;
  /** Per read of an object made within `lagMs`: it is not found, or not listed. */
  readonly notFoundAfterCreate: number;
  /** Per read of an object made within `lagMs`: it is shown without its tags. */
  readonly missingTags: number;
  /** Per read of an object changed within `lagMs`: it is shown as it was. */
  readonly staleDescribe: number;
  /** Per read of an object removed within `lagMs`: it is still shown. */
  readonly deleteStillListed: number;
  /** Per page of a listing: it holds one item. */
  readonly pageSizeOne: number;

  /** Whether the published token buckets are enforced. */
  readonly publishedThrottles: boolean;
  /** Per call: refused although the bucket has tokens (others share the account). */
  readonly throttle: number;
  /** Per call: a 500, and nothing was done. */
  readonly errorBefore: number;
  /** Per call that changes something: a 500, and it was done. */
  readonly errorAfter: number;
  /** Per call: refused because the credentials have expired. */
  readonly credentialsExpired: number;

  /** Per launch: no capacity for the type in the zone. */
  readonly noCapacity: number;
  /** `zone`, `type` or `zone/type` that never has capacity; with `spot/` before it, or `spot` alone, for spot only. */
  readonly exhausted: readonly string[];
  readonly quotas: Quotas;
  readonly permissions: Permissions;
  /** Per NAT gateway: it fails for a reason that only AWS knows. */
  readonly natGatewayFails: number;
  /** An instance profile is unknown to EC2 for so long, at most, after it changed. */
  readonly iamPropagationMs: number;
  /** Per conditional write of an object, or change of a bucket's settings: another is under way. */
  readonly conflict: number;
  /** Per read of an object written within `lagMs` after its bucket began to keep versions: it is not found. */
  readonly versionsUnseen: number;
  /** Per change of a record set: an earlier change of the zone is still under way. */
  readonly priorRequest: number;
  /** A DNS change is in sync after this long, at most. */
  readonly dnsInsyncMs: number;

  readonly machines: MachineWeather;
}

/** Who sends the requests, and what they may not do: actions as IAM spells them. What is not named is allowed. */
export interface Permissions {
  /** `role`: has assumed the role that is called `operator`. */
  readonly caller: 'user' | 'role' | 'root' | 'federated';
  readonly denied: readonly string[];
  /** Allowed under a condition that only the request itself can meet. */
  readonly conditional: readonly string[];
  /** Allowed on resources that a policy names, and so not on everything. */
  readonly narrow: readonly string[];
}

export interface Quotas {
  readonly vcpus: number;
  /** Of spot instances, which do not count among the others. */
  readonly spotVcpus: number;
  readonly vpcs: number;
  readonly internetGateways: number;
  readonly addresses: number;
  readonly natGatewaysPerZone: number;
  readonly subnetsPerVpc: number;
  readonly securityGroupsPerVpc: number;
  readonly rulesPerSecurityGroup: number;
  readonly routeTablesPerVpc: number;
  readonly buckets: number;
  readonly hostedZones: number;
  readonly loadBalancers: number;
}

/** Per machine: the chance of each fate; what is left is an ordinary life. */
export interface MachineWeather {
  /** Never runs: goes from pending to terminated by itself. */
  readonly pendingToTerminated: number;
  readonly neverHello: number;
  /** Says hello again, with other keys. */
  readonly helloTwice: number;
  /** Its hello names another machine's box. */
  readonly forgedHello: number;
  /** A stage fails and says so. */
  readonly stageFails: number;
  /** A stage never ends. */
  readonly hangs: number;
  /** Terminates by itself while it boots. */
  readonly vanishes: number;
  /** Claims its last stage without those before. */
  readonly lies: number;
  /** Says hello minutes after it should. */
  readonly late: number;
}

const CALM_MACHINES: MachineWeather = {
  pendingToTerminated: 0,
  neverHello: 0,
  helloTwice: 0,
  forgedHello: 0,
  stageFails: 0,
  hangs: 0,
  vanishes: 0,
  lies: 0,
  late: 0,
};

/** As published for a new account in good standing, where a number is published. */
const QUOTAS: Quotas = {
  vcpus: 256,
  spotVcpus: 256,
  vpcs: 5,
  internetGateways: 5,
  // Five are published, which is less than a cluster of the usual size needs.
  addresses: 64,
  natGatewaysPerZone: 5,
  subnetsPerVpc: 200,
  securityGroupsPerVpc: 500,
  rulesPerSecurityGroup: 60,
  routeTablesPerVpc: 200,
  buckets: 10_000,
  hostedZones: 500,
  loadBalancers: 50,
};

const ALL_ALLOWED: Permissions = { caller: 'user', denied: [], conditional: [], narrow: [] };

/** An account on an ordinary day: behind by moments, throttled as published, no failures. */
export const MILD_WEATHER: Weather = {
  lagMs: 3_000,
  notFoundAfterCreate: 0.15,
  missingTags: 0.1,
  staleDescribe: 0.2,
  deleteStillListed: 0.2,
  pageSizeOne: 0,
  publishedThrottles: true,
  throttle: 0,
  errorBefore: 0,
  errorAfter: 0,
  credentialsExpired: 0,
  noCapacity: 0,
  exhausted: [],
  quotas: QUOTAS,
  permissions: ALL_ALLOWED,
  natGatewayFails: 0,
  iamPropagationMs: 8_000,
  conflict: 0,
  versionsUnseen: 0,
  priorRequest: 0,
  dnsInsyncMs: 30_000,
  machines: CALM_MACHINES,
};

/** Everything is seen at once and nothing goes wrong: for tests of what an operation does. */
export const CALM_WEATHER: Weather = {
  ...MILD_WEATHER,
  lagMs: 0,
  notFoundAfterCreate: 0,
  missingTags: 0,
  staleDescribe: 0,
  deleteStillListed: 0,
  publishedThrottles: false,
  iamPropagationMs: 0,
  dnsInsyncMs: 0,
};

/** Worse than AWS in every way that still lets a patient program through. */
export const MEAN_WEATHER: Weather = {
  ...MILD_WEATHER,
  lagMs: 10_000,
  notFoundAfterCreate: 0.5,
  missingTags: 0.3,
  staleDescribe: 0.5,
  deleteStillListed: 0.5,
  pageSizeOne: 0.5,
  throttle: 0.05,
  errorBefore: 0.03,
  errorAfter: 0.03,
  credentialsExpired: 0,
  noCapacity: 0.1,
  natGatewayFails: 0.05,
  iamPropagationMs: 20_000,
  conflict: 0.1,
  versionsUnseen: 0.2,
  priorRequest: 0.2,
  dnsInsyncMs: 60_000,
  machines: {
    pendingToTerminated: 0.02,
    neverHello: 0.02,
    helloTwice: 0.02,
    forgedHello: 0.01,
    stageFails: 0.02,
    hangs: 0.02,
    vanishes: 0.02,
    lies: 0.01,
    late: 0.01,
  },
};
