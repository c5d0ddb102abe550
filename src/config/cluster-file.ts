import { z } from 'zod';

const count = z.int().min(0).max(1_000);

const Group = z.strictObject({
  count,
  /** Bounds of the scale URLs. */
  min: count.optional(),
  max: count.optional(),
  /** In the order of preference. */
  machines: z.array(z.string()).min(1).max(10).readonly(),
  systemDiskGiB: z.int().min(10).max(16_384),
  /** Blank disks for storage. */
  dataDisksGiB: z.array(z.int().min(1).max(16_384)).max(20).readonly(),
  /** Cheaper machines that the provider may take back at any time. */
  spot: z.boolean().optional(),
});

export const TOPOLOGIES = ['public', 'private'] as const;
export const NATS = ['per-zone', 'single'] as const;
export const ADDRESSES = ['fixed', 'dynamic'] as const;
export const PROTOCOLS = ['tcp', 'udp'] as const;
export const ZONE_ORIGINS = ['create', 'existing', 'private'] as const;

const port = z.int().min(1).max(65_535);

/** Ports that are reached from outside. */
const Opening = z.strictObject({
  port,
  /** The last of them. */
  through: port,
  protocol: z.enum(PROTOCOLS),
  from: z.array(z.string()).min(1).readonly(),
});
export type Opening = Readonly<z.output<typeof Opening>>;

/** The cluster file with every default filled in. */
export const ClusterSpec = z.strictObject({
  name: z.string(),
  provider: z.enum(['aws', 'simulator', 'local']),
  domain: z.string(),
  region: z.string(),
  zones: z.array(z.string()).min(1).max(6).readonly(),
  image: z.strictObject({
    system: z.string(),
    architecture: z.enum(['amd64', 'arm64']),
    /** The provider's name of one image, or its file, instead of the newest of the system. */
    id: z.string().optional(),
  }),
  /** What machines run beside their image. Absent: what the program brings, from its makers. */
  assets: z
    .strictObject({
      /** The path of the list of all there is, with their digests. */
      lock: z.string().optional(),
      /** `upstream`, a folder or an address. */
      source: z.string().optional(),
    })
    .optional(),
  /** The path of a folder: what is in it is put into the API. */
  manifests: z.string().optional(),
  nodes: z.strictObject({
    controlPlane: Group.optional(),
    worker: Group.optional(),
    storage: Group.optional(),
    converged: Group.optional(),
  }),
  network: z.strictObject({
    machines: z.string(),
    overlay: z.string(),
    pods: z.string(),
    services: z.string(),
    /** Whether machines have public addresses, or go out through others and are reached through a bastion. */
    topology: z.enum(TOPOLOGIES),
    /** How many ways out a private network has. */
    nat: z.enum(NATS),
    /** Whether the API and the sites are reached through a load balancer. */
    balancer: z.boolean(),
    /** Whether machines that serve the API or the sites keep their public address as long as they are wanted. */
    addresses: z.enum(ADDRESSES),
    /** The provider's name of a network that is there already. */
    existing: z.string().optional(),
    /** Ports of services, beside those of the sites. */
    open: z.array(Opening).min(1).readonly().optional(),
  }),
  dns: z.strictObject({ zone: z.enum(ZONE_ORIGINS) }),
  access: z.strictObject({
    /** Who may reach SSH and the API. Empty: the file leaves open from where its operator comes. */
    from: z.array(z.string()).readonly(),
    sshPublicKey: z.string().optional(),
  }),
  storage: z.strictObject({ replicas: z.int().min(1).max(5) }),
  monitoring: z.boolean(),
  /** What everything that can be tagged carries at the provider, beside the marks of the cluster. */
  tags: z.record(z.string(), z.string()).readonly().optional(),
  simulator: z
    .strictObject({
      speed: z.number().min(0.1).max(1_000),
      seed: z.int(),
      /** How much goes wrong. */
      weather: z.enum(['calm', 'mild', 'mean']),
      account: z.string(),
    })
    .optional(),
  /** Machines of this workstation. */
  local: z
    .strictObject({
      /** They reach nothing outside. */
      offline: z.boolean(),
    })
    .optional(),
});
export type ClusterSpec = Readonly<z.output<typeof ClusterSpec>>;
export type NodeGroup = Readonly<z.output<typeof Group>>;
