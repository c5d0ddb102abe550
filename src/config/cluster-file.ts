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
});

/** The cluster file with every default filled in. */
export const ClusterSpec = z.strictObject({
  name: z.string(),
  provider: z.enum(['aws', 'simulator']),
  domain: z.string(),
  region: z.string(),
  zones: z.array(z.string()).min(1).max(6).readonly(),
  image: z.strictObject({ system: z.string(), architecture: z.enum(['amd64', 'arm64']) }),
  nodes: z.strictObject({
    controlPlane: Group.optional(),
    worker: Group.optional(),
    storage: Group.optional(),
    converged: Group.optional(),
  }),
  network: z.strictObject({ machines: z.string(), overlay: z.string(), pods: z.string(), services: z.string() }),
  access: z.strictObject({
    /** Who may reach SSH and the API. */
    from: z.array(z.string()).readonly(),
    sshPublicKey: z.string().optional(),
  }),
  storage: z.strictObject({ replicas: z.int().min(1).max(5) }),
  monitoring: z.boolean(),
  simulator: z
    .strictObject({
      speed: z.number().min(0.1).max(1_000),
      seed: z.int(),
      /** How much goes wrong. */
      weather: z.enum(['calm', 'mild', 'mean']),
      account: z.string(),
    })
    .optional(),
});
export type ClusterSpec = Readonly<z.output<typeof ClusterSpec>>;
export type NodeGroup = Readonly<z.output<typeof Group>>;
