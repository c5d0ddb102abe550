import type { Catalogue } from '#provider/catalogue.ts';
import { checkActed } from './check-acted.ts';
import { checkImage } from './check-image.ts';
import { checkLocal } from './check-local.ts';
import { checkMachines } from './check-machines.ts';
import { checkAccess, checkNetwork } from './check-network.ts';
import { checkNodes } from './check-nodes.ts';
import { checkOpenings } from './check-openings.ts';
import { checkPlace } from './check-place.ts';
import { checkTopology } from './check-topology.ts';
import { secretFlaw } from './check-value.ts';
import { ClusterSpec } from './cluster-file.ts';
import type { Draft } from './draft.ts';
import { FindingList } from './finding-list.ts';
import type { Finding } from './finding.ts';
import { immutableChanges } from './immutable-changes.ts';
import { parseYaml } from './parse-yaml.ts';
import { PlaceMap } from './place-map.ts';
import { readTree } from './read-tree.ts';
import { resolveSpec } from './resolve-spec.ts';
import { findSecrets } from './secret-pattern.ts';
import { guardText, withoutByteOrderMark } from './text-guard.ts';

export interface Examination {
  /** Undefined when there is an error. */
  readonly spec: ClusterSpec | undefined;
  /** Errors and warnings in the order of the file. */
  readonly findings: readonly Finding[];
}

export interface ClusterFileRequest {
  readonly text: string;
  readonly catalogueOf: (provider: ClusterSpec['provider']) => Catalogue | Promise<Catalogue>;
  /** What the cluster is now: set, what can never change is compared with it. */
  readonly before?: ClusterSpec | undefined;
}

const CHECKS = [
  checkPlace,
  checkImage,
  checkMachines,
  checkNodes,
  checkNetwork,
  checkTopology,
  checkOpenings,
  checkAccess,
  checkLocal,
  checkActed,
];

const NO_CATALOGUE: Catalogue = { title: '', defaultRegion: '', regions: new Map(), machineTypes: new Map() };

/** Finds everything that is wrong with a cluster file, and nothing that only follows from something else that is. */
export async function examineClusterFile({ text, catalogueOf, before }: ClusterFileRequest): Promise<Examination> {
  const source = withoutByteOrderMark(text);
  const findings = new FindingList(new PlaceMap(source));
  guardText(source, findings);
  if (findings.hasErrors) return { spec: undefined, findings: findings.all };
  const tree = await parseYaml(source, findings);
  const written = tree && readTree(tree, findings);
  const draft = written && (await draftFrom(written, findings, catalogueOf));
  if (draft !== undefined) {
    for (const check of CHECKS) check(draft);
  }
  reportSecretsBeside(source, findings);
  if (draft === undefined || findings.hasErrors) return { spec: undefined, findings: findings.all };
  const spec = ClusterSpec.parse(draft.spec);
  for (const { path, ...flaw } of before === undefined ? [] : immutableChanges(before, spec)) findings.add(path, flaw);
  return { spec: findings.hasErrors ? undefined : spec, findings: findings.all };
}

async function draftFrom(
  written: Draft['written'],
  findings: FindingList,
  catalogueOf: ClusterFileRequest['catalogueOf'],
): Promise<Draft> {
  const catalogue = written.provider === undefined ? undefined : await catalogueOf(written.provider);
  return { written, spec: resolveSpec(written, catalogue ?? NO_CATALOGUE), catalogue, findings };
}

/** Secrets in comments, and in what was not looked into: everywhere they have been written down. */
function reportSecretsBeside(text: string, findings: FindingList): void {
  for (const { name, span } of findSecrets(text)) {
    if (!findings.isReported('config.secret-inline', span)) findings.addAt(span, '', secretFlaw(name));
  }
}
