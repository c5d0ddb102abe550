import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import type { Owner } from '#engine/resource.ts';
import { absoluteName, type RecordSet, spelled, toSent } from './record-sets.ts';

const MARK = 'bootstrap';
const TTL_SECONDS = 300;

type Named = Pick<RecordSet, 'name' | 'type'>;

/**
 * A record set bears no mark. In a zone that is not ours another one beside it says whose it is: both are made, changed and
 * removed by one request, which Route 53 does as a whole or not at all.
 */
export function markFor(record: Named, { cluster, instanceId }: Owner): ResourceRecordSet {
  const values = [[MARK, cluster, instanceId].join(':')];
  return toSent(spelled({ name: markName(record), type: 'TXT', ttlSeconds: TTL_SECONDS, values }));
}

/** The mark of the record among those of its zone. */
export function findMark(records: readonly ResourceRecordSet[], record: Named): ResourceRecordSet | undefined {
  const wanted = absoluteName(markName(record));
  return records.find(({ Name = '', Type }) => Type === 'TXT' && absoluteName(Name) === wanted);
}

/** Undefined: nobody's, or no mark of this program. */
export function ownerInMark(mark: ResourceRecordSet | undefined): Owner | undefined {
  const text = mark?.ResourceRecords?.[0]?.Value?.replaceAll('"', '') ?? '';
  const [word, cluster = '', instanceId = '', ...rest] = text.split(':');
  if (word !== MARK || rest.length > 0 || !isClusterUid(cluster) || !isInstanceId(instanceId)) return undefined;
  return { cluster, instanceId };
}

/** A name of its own for each type: a star cannot stand inside of a name. */
function markName({ name, type }: Named): string {
  return `_${MARK}-${type.toLowerCase()}.${absoluteName(name).replace(/^\*\./, '_any.')}`;
}
