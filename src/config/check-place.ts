import type { Catalogue } from '#provider/catalogue.ts';
import { didYouMean } from './did-you-mean.ts';
import { isPrivateDomain } from './domain.ts';
import type { Draft } from './draft.ts';
import type { Flaw } from './finding.ts';
import { pathOf } from './finding.ts';
import { zonesDefault } from './group-defaults.ts';
import { enumerate, show } from './show.ts';

/** Region and zones, the domain, and what only one provider has. */
export function checkPlace(draft: Draft): void {
  const { spec, catalogue, findings } = draft;
  if (catalogue === undefined) return;
  checkOwnSections(draft);
  if (spec.provider === 'aws') checkReality(draft);
  if (spec.provider !== 'local') checkZone(draft);
  if (!findings.isSound('region')) return;
  const zones = catalogue.regions.get(spec.region);
  if (zones === undefined) findings.add('region', unknownRegion(spec.region, catalogue));
  else checkZones(draft, zones);
}

/** Sections that are called like the one provider that reads them. */
function checkOwnSections({ written, spec, findings }: Draft): void {
  for (const key of ['simulator', 'local'] as const) {
    if (written[key] === undefined || spec.provider === key) continue;
    const what = `"${key}" is for the provider ${key}; this cluster is on ${spec.provider}.`;
    findings.add(key, { code: 'config.misplaced-key', what, instead: 'Take the section out.' }, 'key');
  }
}

/** What nobody has to mind where the Internet does not look. */
function checkReality({ written, spec, findings }: Draft): void {
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

function checkZones({ written, spec, catalogue, findings }: Draft, known: readonly string[]): void {
  for (const [index, zone] of written.zones?.entries() ?? []) {
    if (known.includes(zone)) continue;
    const what = `${show(zone)} is not a zone of ${spec.region}, which has ${enumerate(known, 'and')}.`;
    const whole = known.find((candidate) => candidate === spec.region + zone);
    const instead = whole === undefined ? didYouMean(zone, known) : `Did you mean ${show(whole)}?`;
    findings.add(pathOf('zones', index), { code: 'config.zone-elsewhere', what, instead });
  }
  const isFailureExpected = spec.nodes.converged?.count === 1;
  if (spec.zones.length >= zonesDefault(catalogue) || isFailureExpected) return;
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
