import {
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type RRType,
} from '@aws-sdk/client-route-53';
import { factsOf } from '../fact.ts';
import { refusalOf, wordsOf } from '../refusal.ts';
import { DNS_LIMITS, DNS_NAMES, docs, issue, route53Api } from '../sources.ts';
import {
  type Dns,
  DOMAIN,
  MISSING,
  INVALID,
  NO_ZONE,
  makeZone,
  a,
  recordSet,
  change,
  batch,
  apply,
  records,
} from './scenery.ts';

const WWW = a('www', '192.0.2.1', '192.0.2.2');
const SHOWN = `A www.${DOMAIN}. 192.0.2.1 192.0.2.2`;

/** A zone with one record set. */
async function zoneWith(aws: Dns, ...sets: ResourceRecordSet[]): Promise<string> {
  const id = await makeZone(aws);
  await apply(aws, id, ...sets.map((set) => change('CREATE', set)));
  return id;
}

export const recordFacts = factsOf('route53', {
  'record-created': {
    fact: 'CREATE makes a record set, which is listed at once with an absolute name.',
    source: route53Api('ChangeResourceRecordSets'),
    run: async (aws) => records(aws, await zoneWith(aws, WWW)),
    holds: [SHOWN],
  },
  'record-exists': {
    fact: 'CREATE of a record set that exists is InvalidChangeBatch, and says so.',
    source: issue('clouddrove/terraform-aws-ses#25'),
    run: async (aws) => {
      const id = await zoneWith(aws, WWW);
      const again = batch(id, change('CREATE', WWW));
      const words = await wordsOf(aws.route53.send(again));
      return [await refusalOf(aws.route53.send(again)), words.includes('already exists')];
    },
    holds: [INVALID, true],
  },
  'record-upsert': {
    fact: 'UPSERT makes a record set, or replaces all its values.',
    source: route53Api('ChangeResourceRecordSets'),
    run: async (aws) => {
      const id = await makeZone(aws);
      await apply(aws, id, change('UPSERT', WWW));
      const before = await records(aws, id);
      await apply(aws, id, change('UPSERT', a('www', '192.0.2.9')));
      return [before, await records(aws, id)];
    },
    holds: [[SHOWN], [`A www.${DOMAIN}. 192.0.2.9`]],
  },
  'record-deleted': {
    fact: 'DELETE removes the record set that it names exactly as it is.',
    source: route53Api('ChangeResourceRecordSets'),
    run: async (aws) => {
      const id = await zoneWith(aws, WWW);
      const deleted = await apply(aws, id, change('DELETE', WWW));
      return [deleted, await records(aws, id)];
    },
    holds: ['accepted', []],
  },
  'record-deleted-other-values': {
    fact: 'DELETE with other values is InvalidChangeBatch, and the record stays.',
    source: issue('kubernetes-sigs/external-dns#732'),
    run: async (aws) => {
      const id = await zoneWith(aws, WWW);
      return [await apply(aws, id, change('DELETE', a('www', '192.0.2.1'))), await records(aws, id)];
    },
    holds: [INVALID, [SHOWN]],
  },
  'record-deleted-other-ttl': {
    fact: 'DELETE with another TTL is InvalidChangeBatch.',
    source: route53Api('ChangeResourceRecordSets'),
    run: async (aws) => {
      const id = await zoneWith(aws, WWW);
      return apply(aws, id, change('DELETE', { ...WWW, TTL: 60 }));
    },
    holds: INVALID,
  },
  'record-deleted-missing': {
    fact: 'DELETE of what is not there is InvalidChangeBatch.',
    source: route53Api('ChangeResourceRecordSets'),
    run: async (aws) => apply(aws, await makeZone(aws), change('DELETE', WWW)),
    holds: INVALID,
  },
  'record-batch-whole': {
    fact: 'A batch is done as a whole or not at all.',
    source: route53Api('ChangeResourceRecordSets'),
    run: async (aws) => {
      const id = await zoneWith(aws, WWW);
      const refused = await apply(aws, id, change('CREATE', a('api', '192.0.2.5')), change('CREATE', WWW));
      return [refused, await records(aws, id)];
    },
    holds: [INVALID, [SHOWN]],
  },
  'record-batch-order': {
    fact: 'The changes of a batch follow one another: DELETE, then CREATE of the same name.',
    source: issue('floci-io/floci#3565'),
    run: async (aws) => {
      const id = await zoneWith(aws, WWW);
      const other = a('www', '192.0.2.9');
      return [await apply(aws, id, change('DELETE', WWW), change('CREATE', other)), await records(aws, id)];
    },
    holds: ['accepted', [`A www.${DOMAIN}. 192.0.2.9`]],
  },
  'record-outside': {
    fact: 'A name outside the zone is InvalidChangeBatch.',
    source: issue('getmoto/moto#916'),
    run: async (aws) => {
      const outside = { ...WWW, Name: 'www.elsewhere.org' };
      return apply(aws, await makeZone(aws), change('CREATE', outside));
    },
    holds: INVALID,
  },
  'record-in-missing-zone': {
    fact: 'A zone that is not there takes no change: NoSuchHostedZone 404.',
    source: route53Api('ChangeResourceRecordSets'),
    run: (aws) => apply(aws, NO_ZONE, change('CREATE', WWW)),
    holds: MISSING,
  },
  'record-cname-alone': {
    fact: 'A CNAME stands alone at its name: InvalidChangeBatch.',
    source: docs('Route53/latest/DeveloperGuide/ResourceRecordTypes.html'),
    run: async (aws) => {
      const id = await zoneWith(aws, WWW);
      return apply(aws, id, change('CREATE', recordSet('CNAME', 'www', [`other.${DOMAIN}`])));
    },
    holds: INVALID,
  },
  'record-a-malformed': {
    fact: 'An A record takes addresses: InvalidChangeBatch.',
    source: docs('Route53/latest/DeveloperGuide/ResourceRecordTypes.html'),
    run: async (aws) => apply(aws, await makeZone(aws), change('CREATE', a('www', 'no address'))),
    holds: INVALID,
  },
  'record-txt-quoted': {
    fact: 'A TXT record comes back with its quotes.',
    source: docs('Route53/latest/DeveloperGuide/ResourceRecordTypes.html'),
    run: async (aws) => records(aws, await zoneWith(aws, recordSet('TXT', '_acme', ['"a text"']))),
    holds: [`TXT _acme.${DOMAIN}. "a text"`],
  },
  'record-star': {
    fact: 'A star in a name is shown as \\052.',
    source: DNS_NAMES,
    run: async (aws) => records(aws, await zoneWith(aws, a('*', '192.0.2.1'))),
    holds: [`A \\052.${DOMAIN}. 192.0.2.1`],
  },
  'record-case': {
    fact: 'Names are kept in small letters.',
    source: DNS_NAMES,
    run: async (aws) => records(aws, await zoneWith(aws, a('WWW', '192.0.2.1'))),
    holds: [`A www.${DOMAIN}. 192.0.2.1`],
  },
  'record-own-ns': {
    fact: 'The NS records of the zone itself cannot be deleted: InvalidChangeBatch.',
    source: issue('airbnb/zonify#1'),
    run: async (aws) => {
      const HostedZoneId = await makeZone(aws);
      const { ResourceRecordSets } = await aws.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
      const own = ResourceRecordSets?.find(({ Type }) => Type === 'NS');
      return own === undefined ? 'no NS record' : apply(aws, HostedZoneId, change('DELETE', own));
    },
    holds: INVALID,
  },
  'record-pages': {
    fact: 'Records come in pages, each of which tells where the next begins.',
    source: route53Api('ListResourceRecordSets'),
    run: async (aws) => {
      const HostedZoneId = await zoneWith(aws, a('a', '192.0.2.1'), a('b', '192.0.2.2'), a('c', '192.0.2.3'));
      const seen: string[] = [];
      let from: { StartRecordName?: string | undefined; StartRecordType?: RRType | undefined } = {};
      for (let pages = 0; pages < 5; pages += 1) {
        const page = await aws.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId, MaxItems: 2, ...from }));
        seen.push(...(page.ResourceRecordSets ?? []).map(({ Name = '', Type }) => `${Type} ${Name.split('.')[0]}`));
        if (page.IsTruncated !== true) break;
        from = { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType };
      }
      return seen;
    },
    holds: ['NS blog', 'SOA blog', 'A a', 'A b', 'A c'],
  },
  'record-batch-size': {
    fact: 'A batch has 1,000 values at most, else InvalidChangeBatch.',
    source: DNS_LIMITS,
    run: async (aws) => {
      const changes = Array.from({ length: 1_001 }, (_, index) => change('CREATE', a(`n${index}`, '192.0.2.1')));
      return apply(aws, await makeZone(aws), ...changes);
    },
    holds: INVALID,
  },
  'change-in-sync': {
    fact: 'A change has an id, and is INSYNC after a while.',
    source: route53Api('GetChange'),
    run: async (aws, judge) => {
      const { ChangeInfo } = await aws.route53.send(batch(await makeZone(aws), change('CREATE', WWW)));
      await judge.pass(120_000);
      const Id = ChangeInfo?.Id?.replace('/change/', '');
      return (await aws.route53.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status;
    },
    holds: 'INSYNC',
  },
});
