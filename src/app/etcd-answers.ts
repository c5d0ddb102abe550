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

/** Over HTTP etcd writes large numbers as text. */
const Figure = z.coerce.number().default(0);

const Status = z.object({
  header: z.object({ member_id: Id, revision: Figure }),
  version: z.string(),
  leader: Id,
  dbSize: Figure,
  dbSizeInUse: Figure,
  raftIndex: Figure,
  isLearner: z.boolean().default(false),
});

const Health = z.object({ health: z.string(), reason: z.string().default('') });

const Alarms = z.object({ alarms: z.array(z.object({ memberID: Id, alarm: z.string() })).default([]) });
export type SaidAlarm = z.output<typeof Alarms>['alarms'][number];

/** Alarm: it votes, but takes nothing new. */
type SaidHealth = 'healthy' | 'alarm' | 'unhealthy';

/** What etcd says on one machine. */
export interface EtcdSaid {
  /** Undefined: it could not say, as without a quorum. */
  readonly members: readonly ListedMember[] | undefined;
  readonly alarms: readonly SaidAlarm[];
  readonly statuses: readonly (z.output<typeof Status> & { readonly health: SaidHealth })[];
}

/** Undefined: there is no etcd on the machine. */
export function readEtcd(sections: ReadonlyMap<string, string>): EtcdSaid | undefined {
  if (sections.size === 0) return undefined;
  return {
    members: read(sections.get('members'), MemberList)?.members,
    alarms: read(sections.get('alarms'), Alarms)?.alarms ?? [],
    statuses: [...sections].flatMap(([heading, text]) => {
      // Of each endpoint that was asked: `status.1`, `status.2`.
      const [name, place] = heading.split('.');
      const status = name === 'status' ? read(text, Status) : undefined;
      return status === undefined ? [] : [{ ...status, health: healthOf(sections.get(`health.${place}`)) }];
    }),
  };
}

function healthOf(text: string | undefined): SaidHealth {
  const said = read(text, Health);
  if (said?.health === 'true') return 'healthy';
  return said?.reason.startsWith('ALARM') === true ? 'alarm' : 'unhealthy';
}

function read<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return schema.parse(parseExactJson(text));
  } catch {
    return undefined;
  }
}
