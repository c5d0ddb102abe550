import { z } from 'zod';
import { parseExactJson } from '#std/exact-json.ts';

/** Numbers of 64 bits, as etcd itself writes them in its tables. */
const Id = z
  .union([z.number(), z.string().regex(/^\d{1,20}$/)])
  .transform((digits) => BigInt(digits).toString(16))
  .default('0');

/** etcd leaves out whatever is nothing. */
const MemberList = z.object({
  members: z.array(
    z.object({
      ID: Id,
      name: z.string().default(''),
      clientURLs: z.array(z.string()).default([]),
      isLearner: z.boolean().default(false),
    }),
  ),
});
export type ListedMember = z.output<typeof MemberList>['members'][number];

const Statuses = z.array(
  z.object({
    Endpoint: z.string(),
    Status: z.object({
      header: z.object({ member_id: Id, revision: z.number().default(0), raft_term: z.number().default(0) }),
      version: z.string(),
      leader: Id,
      dbSize: z.number().default(0),
      dbSizeInUse: z.number().default(0),
      raftIndex: z.number().default(0),
      isLearner: z.boolean().default(false),
    }),
  }),
);
type SaidStatus = z.output<typeof Statuses>[number]['Status'];

const Healths = z.array(z.object({ endpoint: z.string(), health: z.boolean(), error: z.string().default('') }));

const Alarms = z.object({ alarms: z.array(z.object({ memberID: Id, alarm: z.number().default(0) })).default([]) });
export type SaidAlarm = z.output<typeof Alarms>['alarms'][number];

/** Alarm: it votes, but takes nothing new. */
type SaidHealth = 'healthy' | 'alarm' | 'unhealthy';

/** What etcd says on one machine. */
export interface EtcdSaid {
  /** Undefined: it could not say, as without a quorum. */
  readonly members: readonly ListedMember[] | undefined;
  readonly alarms: readonly SaidAlarm[];
  readonly statuses: readonly (SaidStatus & { readonly health: SaidHealth })[];
}

/** Undefined: there is no etcd on the machine. */
export function readEtcd(sections: ReadonlyMap<string, string>): EtcdSaid | undefined {
  if (sections.size === 0) return undefined;
  const healths = new Map(all(sections, 'health', Healths).map((said) => [said.endpoint, healthOf(said)]));
  return {
    members: read(sections.get('members'), MemberList)?.members,
    alarms: read(sections.get('alarms'), Alarms)?.alarms ?? [],
    statuses: all(sections, 'status', Statuses).map(({ Endpoint, Status }) => ({
      ...Status,
      health: healths.get(Endpoint) ?? 'unhealthy',
    })),
  };
}

function healthOf({ health, error }: z.output<typeof Healths>[number]): SaidHealth {
  if (health) return 'healthy';
  return error.startsWith('Active Alarm') ? 'alarm' : 'unhealthy';
}

/** Of all endpoints that were asked: `status.1`, `status.2`. */
function all<Item>(
  sections: ReadonlyMap<string, string>,
  name: string,
  schema: z.ZodType<readonly Item[]>,
): readonly Item[] {
  return [...sections].flatMap(([heading, text]) => (heading.startsWith(`${name}.`) ? (read(text, schema) ?? []) : []));
}

function read<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return schema.parse(parseExactJson(text));
  } catch {
    return undefined;
  }
}
