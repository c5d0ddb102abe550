import type { Catalogue } from '#provider/catalogue.ts';
import { didYouMean } from './did-you-mean.ts';
import { isPrivateDomain } from './domain.ts';
import type { Draft } from './draft.ts';
import type { Flaw } from './finding.ts';
import { pathOf } from './finding.ts';
import { enumerate, show } from './show.ts';
import { ZONES_DEFAULT } from './written-file.ts';

/** Region and zones, the domain, and what only one provider has. */
export function checkPlace(draft: Draft): void {
  const { spec, catalogue, findings } = draft;
  if (catalogue === undefined) return;
  if (spec.provider !== 'simulator') checkReality(draft);
  checkZone(draft);
  if (!findings.isSound('region')) return;
  const zones = catalogue.regions.get(spec.region);
  if (zones === undefined) findings.add('region', unknownRegion(spec.region, catalogue));
  else checkZones(draft, zones);
}

/** What may be written for a simulated account alone. */
function checkReality({ written, spec, findings }: Draft): void {
  if (written.simulator !== undefined) {
    const what = `"simulator" is for the provider simulator; this cluster is on ${spec.provider}.`;
    findings.add('simulator', { code: 'config.misplaced-key', what, instead: 'Take the section out.' }, 'key');
  }
  if (written.dns?.zone === 'private') return;
  if (findings.isSound('domain') && isPrivateDomain(spec.domain)) {
    const what = `${show(spec.domain)} is not a domain of the Internet.`;
    const instead = 'If that is what you want, write dns: { zone: private }.';
    findings.add('domain', { code: 'config.domain-private', what, instead });
  }
}

function checkZone({ written, spec, findings }: Draft): void {
  if (written.dns?.zone !== 'private' || !findings.isSound('dns.zone') || !findings.isSound('domain')) return;
  if (isPrivateDomain(spec.domain)) return;
  const what = `Names in ${spec.domain} are only seen in the network of the cluster.`;
  const instead = 'For sites that anybody visits write zone: create or zone: existing.';
  findings.add('dns.zone', { code: 'config.zone-private', what, instead });
}

function checkZones({ written, spec, findings }: Draft, known: readonly string[]): void {
  for (const [index, zone] of written.zones?.entries() ?? []) {
    if (known.includes(zone)) continue;
    const what = `${show(zone)} is not a zone of ${spec.region}, which has ${enumerate(known, 'and')}.`;
    const whole = known.find((candidate) => candidate === spec.region + zone);
    const instead = whole === undefined ? didYouMean(zone, known) : `Did you mean ${show(whole)}?`;
    findings.add(pathOf('zones', index), { code: 'config.zone-elsewhere', what, instead });
  }
  const isFailureExpected = spec.nodes.converged?.count === 1;
  if (spec.zones.length >= ZONES_DEFAULT || isFailureExpected) return;
  if (!findings.isSound('zones') || !findings.isSound('nodes')) return;
  const spare = known.filter((zone) => !spec.zones.includes(zone));
  const what = `All nodes stand in ${enumerate(spec.zones, 'and')}.`;
  const instead = spare.length === 0 ? undefined : `${spec.region} also has ${enumerate(spare, 'and')}.`;
  findings.add('zones', { code: 'config.few-zones', what, instead });
}

function unknownRegion(region: string, { title, regions }: Catalogue): Flaw {
  const home = [...regions].find(([, zones]) => zones.includes(region))?.[0];
  const what =
    home === undefined ? `${title} has no region ${show(region)}.` : `${show(region)} is a zone, not a region.`;
  const instead =
    home === undefined
      ? (didYouMean(region, regions.keys()) ?? `It has ${enumerate([...regions.keys()], 'and')}.`)
      : `Write ${home}, and under zones which of its zones to use.`;
  return { code: 'config.region-unknown', what, instead };
}
