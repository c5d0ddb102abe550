import type { HostedZone } from '@aws-sdk/client-route-53';
import type { PreflightFinding } from '#provider/preflight.ts';
import { find, serversIn } from '../route53/delegation.ts';
import { parentOf, publicZones } from '../route53/parent-zone.ts';
import { absoluteName } from '../route53/record-sets.ts';
import { zoneIdOf } from '../route53/zones.ts';
import { asking, bad, type Check, good, type Look, warning } from './look.ts';
import { plannedObjects } from './planned.ts';

const CHECK = 'domain';

/** Who else in the account has the name, and who can lead the Internet to it. */
export const domainCheck: Check = {
  name: CHECK,

  async find(look) {
    const { request } = look;
    const isNew = request.zoneOrigin === 'create' && plannedObjects(request.plan, 'aws.route53.zone').length > 0;
    if (!isNew) return [];
    const zones = await asking('route53:ListHostedZones', publicZones(look.aws, look.context));
    const name = absoluteName(request.domain);
    const twins = zones.filter((zone) => nameOf(zone) === name && !isOurs(look, zone));
    // One that the state remembers is led to the new zone.
    const isLed = plannedObjects(request.plan, 'aws.route53.delegation').length > 0;
    const parent = isLed ? parentOf(request.domain, zones) : undefined;
    const way = parent === undefined ? byHand(request.domain) : await throughParent(look, parent);
    if (twins.length === 0) return [way];
    const twin = twinsFinding(request.domain, twins.map(zoneIdOf));
    return way.verdict === 'good' ? [twin] : [twin, way];
  },
};

function twinsFinding(domain: string, ids: readonly string[]): PreflightFinding {
  const what = `${domain} has a zone in this account already (${ids.join(', ')}): with two of one name, only that one answers whose name servers are set above it.`;
  return warning(CHECK, what, 'To put the records into the zone that is there, write dns.zone: existing.');
}

function byHand(domain: string): PreflightFinding {
  const what = `${domain}: after the run, its four name servers are to be set where ${aboveOf(domain)} is kept.`;
  return good(CHECK, what);
}

/** What leads to the name by now is somebody's. */
async function throughParent({ aws, context, request }: Look, parent: HostedZone): Promise<PreflightFinding> {
  const [HostedZoneId, title] = [zoneIdOf(parent), nameOf(parent).slice(0, -1)];
  const question = find(aws, context, { parentZoneId: HostedZoneId, domain: request.domain });
  const found = await asking('route53:ListResourceRecordSets', question);
  if (found === undefined) return good(CHECK, `${request.domain}: the zone ${title} of this account will lead to it.`);
  const servers = serversIn(found).join(' ');
  const what = `The zone ${title} (${HostedZoneId}) leads ${request.domain} to ${servers} already.`;
  return bad(CHECK, what, 'Remove that NS record if nobody needs it, or write another domain.');
}

function isOurs({ request }: Look, { CallerReference = '' }: HostedZone): boolean {
  return CallerReference.split(':').includes(request.uid);
}

function nameOf({ Name = '' }: HostedZone): string {
  return absoluteName(Name);
}

function aboveOf(domain: string): string {
  return domain.slice(domain.indexOf('.') + 1);
}
