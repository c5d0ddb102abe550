import type { Catalogue } from '#provider/catalogue.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Draft } from './draft.ts';
import type { Flaw } from './finding.ts';
import { pathOf } from './finding.ts';
import { groupDefaults } from './group-defaults.ts';
import { topologyOf } from './resolve-spec.ts';
import { ROLES, type RoleKey } from './roles.ts';
import { show } from './show.ts';

/** Whether the provider has the machine types, and whether they fit the image and the role. */
export function checkMachines(draft: Draft): void {
  const { written, spec, catalogue, findings } = draft;
  if (catalogue === undefined) return;
  const architecture = findings.isSound('image.architecture') ? spec.image.architecture : undefined;
  for (const role of topologyOf(written.nodes)) {
    const machine = written.nodes?.[role]?.machine;
    if (machine === undefined) checkDefaultMachines(draft, role, catalogue.title);
    else checkChosenMachines(draft, role, { machine, catalogue, architecture });
  }
}

function checkChosenMachines({ findings }: Draft, role: RoleKey, { machine, ...judge }: Chosen): void {
  const path = `nodes.${role}.machine`;
  for (const [index, type] of [machine].flat().entries()) {
    const flaw = judgeMachine(type, role, judge);
    if (flaw !== undefined) findings.add(typeof machine === 'string' ? path : pathOf(path, index), flaw);
  }
}

function checkDefaultMachines({ spec, findings }: Draft, role: RoleKey, title: string): void {
  const isFound = spec.nodes[ROLES[role].field]?.machines.length !== 0;
  if (isFound || !findings.isSound('image.architecture') || !findings.isSound(`nodes.${role}.machine`)) return;
  const what = `${title} has no ${spec.image.architecture} machine that is large enough for ${role} nodes.`;
  findings.add('image.architecture', { code: 'config.architecture-mismatch', what });
}

interface Chosen extends Judge {
  readonly machine: string | readonly string[];
}

interface Judge {
  readonly catalogue: Catalogue;
  readonly architecture: string | undefined;
}

function judgeMachine(name: string, role: RoleKey, { catalogue, architecture }: Judge): Flaw | undefined {
  const type = catalogue.machineTypes.get(name);
  if (type === undefined) {
    const instead = didYouMean(name, catalogue.machineTypes.keys());
    return { code: 'config.machine-unknown', what: `${catalogue.title} has no machine type ${show(name)}.`, instead };
  }
  if (architecture !== undefined && type.architecture !== architecture) {
    const what = `${name} is ${type.architecture}, the image is ${architecture}.`;
    const instead = `Choose another type, or write image: { architecture: ${type.architecture} }.`;
    return { code: 'config.architecture-mismatch', what, instead };
  }
  const { vcpus, memoryMiB } = groupDefaults(role, catalogue).needs;
  if (type.vcpus >= vcpus / 2 && type.memoryMiB >= memoryMiB / 2) return undefined;
  const has = `${name} has ${type.vcpus} vCPU and ${type.memoryMiB / 1024} GiB of memory`;
  const what = `${has}; a ${role} node wants ${vcpus} vCPU and ${memoryMiB / 1024} GiB.`;
  return { code: 'config.machine-small', what };
}
