import type { RunEvent, RunOutcome } from '#app/app.ts';
import { assertNever } from '#std/assert.ts';
import { difference } from './cost-text.ts';
import { formatDuration } from './duration.ts';
import { firstLine } from './harmless.ts';
import { actionCounts } from './plan-text.ts';
import { preflightCounts } from './preflight-text.ts';
import { rotationText } from './rotation-text.ts';
import { accessText, counted, DOING, DONE, headingText } from './words.ts';

/** One event in one line; undefined for what is told in another way. */
export function eventText(event: RunEvent): string | undefined {
  if ('address' in event) return `${event.address}: ${resourceText(event)}`;
  switch (event.type) {
    case 'run-started':
      return headingText(event.run);
    case 'access-found':
      return accessText(event.range);
    case 'planned':
      return planText(event);
    case 'preflight':
      return `preflight: ${preflightCounts(event.findings)}`;
    case 'state-moved':
      return `the state has moved to ${event.to}`;
    case 'image-coming':
      return imageText(event);
    case 'image-news':
      return event.text;
    case 'rotation':
      return rotationText(event);
    case 'upgrade':
      return `upgrade of ${event.nodes.join(', ')}; after that ${counted(event.stepsLeft - 1, 'step')} to go`;
    case 'lease-acquired':
      return `holds the lease, generation ${event.generation}`;
    case 'lease-waiting':
      return `waiting for ${event.holder}, which holds the lease`;
    case 'lease-lost':
      return `lost the lease: ${event.problem.summary}`;
    case 'apply-started':
    case 'apply-finished':
      return undefined;
    case 'stray-destroyed':
      return `${event.kind} ${event.id}: destroyed, it belonged to nobody`;
    case 'run-finished':
      return outcomeText(event.outcome);
    default:
      return assertNever(event);
  }
}

function planText({ changes, cost }: Extract<RunEvent, { readonly type: 'planned' }>): string {
  const change =
    cost === undefined || cost.before === cost.after ? '' : ` · ${difference(cost.after - cost.before)} a month`;
  return `plan: ${actionCounts(changes)}${change}`;
}

/** `debian-13-genericcloud-amd64.qcow2: 120 of 420 MiB, 12 MiB a second` */
function imageText({ from, bytes, of, bytesPerSecond }: Extract<RunEvent, { readonly type: 'image-coming' }>): string {
  const name = from.split('/').at(-1) ?? from;
  const size = of === undefined ? `${mib(bytes)} MiB` : `${mib(bytes)} of ${mib(of)} MiB`;
  return `${name}: ${size}, ${mib(bytesPerSecond)} MiB a second`;
}

function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}

const MIB = 2 ** 20;
const SECOND_MS = 1_000;

type ResourceEvent = Extract<RunEvent, { readonly address: unknown }>;

function resourceText(event: ResourceEvent): string {
  switch (event.type) {
    case 'change-started':
      return event.action === 'create' ? DOING.create : `${DOING[event.action]} (${event.because})`;
    case 'waiting': {
      const { progress, waitingFor } = event;
      return `waiting for ${waitingFor}${progress === undefined ? '' : ` (${progress.done}/${progress.of})`}`;
    }
    case 'retrying':
      return `${event.purpose}: ${event.why}; again ${event.afterMs < SECOND_MS ? 'at once' : `in ${formatDuration(event.afterMs)}`}`;
    case 'change-finished':
      return DONE[event.action];
    case 'change-failed':
      return `failed: ${event.problem.summary}: ${firstLine(event.problem.detail)}`;
    case 'change-skipped':
      return event.because === 'stopped' ? 'skipped, the run was stopped' : `skipped because of ${event.because}`;
    default:
      return assertNever(event);
  }
}

function outcomeText({ ok, done, failed, skipped }: RunOutcome): string {
  return `${ok ? 'done' : 'not done'}: ${counted(done, 'change')}, ${failed.length} failed, ${skipped.length} skipped`;
}
