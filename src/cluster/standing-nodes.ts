import { z } from 'zod';
import type { ResourceRecord, Snapshot } from '#engine/record.ts';
import { Asset } from '#host/protocol.ts';
import { ROLES } from './roles.ts';

/** A node that was ready once: what it was told to run, and what it has said that it runs. */
export interface StandingNode {
  readonly name: string;
  readonly region: string;
  readonly role: string;
  readonly stages: readonly string[];
  /** By the last update, or by its welcome: a digest by the name of the asset. */
  readonly told: Readonly<Record<string, string>>;
  /** How many updates it was told. */
  readonly updates: number;
  readonly runs: Readonly<Record<string, string>>;
  /** The last update that it has confirmed. */
  readonly confirmed: number;
  /** Its machine has said that an update does not come to its end. */
  readonly isHalted: boolean;
}

const Inputs = z.object({
  name: z.string(),
  region: z.string(),
  role: z.string(),
  stages: z.array(z.string()),
  assets: z.array(Asset),
  updates: z.int(),
});
const Outputs = z.object({ runs: z.record(z.string(), z.string()), updates: z.int() });

/** In the order in which an upgrade comes to them: whoever has a server of the API before all others. */
export function standingNodes({ records }: Pick<Snapshot, 'records'>): readonly StandingNode[] {
  const nodes = [...records.values()].flatMap((record) => standingAs(record) ?? []);
  return nodes.toSorted((left, right) => rankOf(left) - rankOf(right) || numberOf(left) - numberOf(right));
}

function standingAs({ kind, deposed, status, inputs, outputs, problem }: ResourceRecord): StandingNode | undefined {
  if (kind !== 'node' || deposed || (status !== 'ready' && status !== 'updating')) return undefined;
  const [told, said] = [Inputs.safeParse(inputs).data, Outputs.safeParse(outputs).data];
  if (told === undefined || said === undefined) return undefined;
  const { assets, updates, ...node } = told;
  const digests = Object.fromEntries(assets.map(({ name, sha256 }) => [name, sha256] as const));
  const isHalted = updates > said.updates && problem?.code === HALTED;
  return { ...node, told: digests, updates, runs: said.runs, confirmed: said.updates, isHalted };
}

/** How the engine calls what never becomes ready. */
const HALTED = 'resource.failed';

/** Whether it was told what it has not confirmed yet. */
export function isAwaited({ updates, confirmed }: Pick<StandingNode, 'updates' | 'confirmed'>): boolean {
  return updates > confirmed;
}

function rankOf({ stages, role }: StandingNode): number {
  const rank = ROLES.findIndex((one) => one === role);
  return stages.includes('etcd') ? rank - ROLES.length : rank;
}

/** `worker-12` comes after `worker-2`. */
function numberOf({ name }: StandingNode): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}
