import { closest } from '#config/did-you-mean.ts';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { trustsIn } from '#cluster/trust.ts';
import type { Address } from '#engine/address.ts';
import type { Blueprint } from '#engine/blueprint.ts';
import type { Declaration } from '#engine/declaration.ts';
import { problem } from '#engine/problem.ts';
import type { ResourceRecord, Snapshot } from '#engine/record.ts';
import type { Explanation, LoggedEvent, RunEvent, Target } from './app.ts';
import { clusterPlanOf, foreseeDemand } from './cluster-plan.ts';
import { readCluster } from './read-cluster.ts';
import { RunLogs } from './run-logs.ts';
import type { Workstation } from './workstation.ts';

const EVENTS_SHOWN = 5;

/** Why a resource is as it is: its own trouble, what it waits for, and what was last heard of it. */
export async function why(
  workstation: Workstation,
  target: Target,
  words: string,
  signal: AbortSignal,
): Promise<Explanation> {
  const { cluster, place, snapshot, file } = await readCluster(workstation, target, signal);
  const demand = await foreseeDemand(cluster, place, file.spec);
  const standing = { demand, trusts: trustsIn(snapshot), snapshot };
  const blueprint = clusterBlueprint(await clusterPlanOf(cluster, file.spec, standing));
  const address = findAddress(words, blueprint, snapshot);
  const record = snapshot.current(address);
  const declaration = blueprint.declarations.get(address);
  const logged = await new RunLogs(cluster.ports, cluster.places.runs).readNew();
  return {
    address,
    kind: record?.kind ?? declaration?.kind ?? '',
    status: record?.status ?? (snapshot.tombstone ? 'gone' : 'not begun'),
    lines: [
      ...troubleOf(record, declaration),
      ...needsOf(snapshot, record?.dependsOn ?? declaration?.dependsOn ?? []),
      ...heardOf(address, logged),
    ],
  };
}

/** The whole address, or an end of it that only one has. */
function findAddress(words: string, { declarations }: Blueprint, { records }: Snapshot): Address {
  const all = new Set([...declarations.keys(), ...[...records.values()].map(({ address }) => address)]);
  const exact = [...all].find((address) => address === words);
  if (exact !== undefined) return exact;
  const ending = [...all].filter((address) => address.endsWith(`.${words}`));
  const [only] = ending;
  if (only !== undefined && ending.length === 1) return only;
  // A node and its machine have one name; who asks for the name means the node.
  const node = ending.find((address) => address.endsWith(`.node.${words}`));
  if (node !== undefined) return node;
  const similar = ending.length > 0 ? ending : similarTo(words, [...all]);
  const hint = similar.length === 0 ? '' : ` Did you mean ${similar.slice(0, 3).join(', ')}?`;
  throw problem('address.unknown', { detail: `There is no ${words}.${hint}` });
}

/** Those that have the word in them, or else those that are spelled like it. */
function similarTo(words: string, all: readonly Address[]): readonly string[] {
  const within = all.filter((address) => address.split('.').includes(words));
  return within.length > 0 ? within : closest(words, [...all, ...all.map(lastWord)]);
}

function lastWord(address: Address): string {
  return address.slice(address.lastIndexOf('.') + 1);
}

function troubleOf(record: ResourceRecord | undefined, declaration: Declaration | undefined): readonly string[] {
  const gone = declaration === undefined ? ['It is no longer declared: the next apply destroys it.'] : [];
  if (record?.problem === undefined) return gone;
  const { code, detail } = record.problem;
  return [...gone, `The last attempt failed (${code}):`, ...detail.split('\n').map((line) => `  ${line}`)];
}

function needsOf(snapshot: Snapshot, dependsOn: readonly Address[]): readonly string[] {
  if (dependsOn.length === 0) return ['It needs nothing else.'];
  const needs = dependsOn.map((address) => ({ address, record: snapshot.current(address) }));
  const missing = needs.filter(({ record }) => record?.status !== 'ready');
  const lines = needs.map(({ address, record }) => {
    const trouble = record?.problem === undefined ? '' : `: ${record.problem.detail.split('\n')[0]}`;
    return `  ${address}  ${record?.status ?? 'not begun'}${trouble}`;
  });
  return [missing.length === 0 ? 'Everything that it needs is ready:' : 'It needs:', ...lines];
}

function heardOf(address: Address, logged: readonly LoggedEvent[]): readonly string[] {
  const heard = logged.flatMap(({ atMs, event }) =>
    'address' in event && event.address === address ? [{ atMs, event }] : [],
  );
  // What was sent again since has got through.
  const telling = heard.filter(({ event }, index) => event.type !== 'retrying' || index === heard.length - 1);
  const lines = telling.map(({ atMs, event }) => `  ${new Date(atMs).toISOString()}  ${sentenceOf(event)}`);
  return lines.length === 0 ? [] : ['Last heard of it:', ...lines.slice(-EVENTS_SHOWN)];
}

type ResourceEvent = Extract<RunEvent, { readonly address: Address }>;

function sentenceOf(event: ResourceEvent): string {
  switch (event.type) {
    case 'change-started':
      return `${event.action}: ${event.because}`;
    case 'waiting':
      return `waiting for ${event.waitingFor}`;
    case 'retrying':
      return `${event.purpose} again: ${event.why}`;
    case 'change-finished':
      return `${event.action}: done`;
    case 'change-failed':
      return `${event.action} failed: ${event.problem.detail.split('\n')[0]}`;
    case 'change-skipped':
      return event.because === 'stopped' ? 'left out: the run was stopped' : `left out: ${event.because} failed`;
  }
}
