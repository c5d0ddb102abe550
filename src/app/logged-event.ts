import { z } from 'zod';
import { RotationPhase } from '#cluster/trust.ts';
import { isAddress, isInstanceId } from '#engine/address.ts';
import { PROBLEM_CATALOGUE, type ProblemCode } from '#engine/problem-catalogue.ts';
import { problem } from '#engine/problem.ts';
import type { LoggedEvent } from './app.ts';

const address = z.string().refine(isAddress);
const about = { address, instanceId: z.string().refine(isInstanceId).optional() };
const action = z.enum(['create', 'adopt', 'keep', 'update', 'replace', 'destroy', 'abandon', 'leave']);
const progress = z.strictObject({ done: z.number(), of: z.number() });

const toldProblem = z
  .looseObject({
    code: z.string().refine((code): code is ProblemCode => Object.hasOwn(PROBLEM_CATALOGUE, code)),
    detail: z.string(),
    address: address.optional(),
  })
  .transform(({ code, detail, address: where }) => problem(code, { detail, address: where }));

const outcome = z.strictObject({
  ok: z.boolean(),
  done: z.number(),
  failed: z.array(toldProblem).readonly(),
  skipped: z.array(address).readonly(),
  outputs: z.array(z.strictObject({ name: z.string(), value: z.string() })).readonly(),
  notYet: z.array(z.string()).readonly(),
});

const heading = z.strictObject({
  verb: z.enum(['create', 'apply', 'rotate', 'upgrade', 'delete']),
  cluster: z.string(),
  provider: z.string(),
  isSimulated: z.boolean(),
  emulator: z.string().optional(),
  region: z.string(),
  account: z.string(),
  principal: z.string(),
  continues: z.boolean().optional(),
});

const plannedChange = z.strictObject({
  address,
  kind: z.string(),
  action,
  because: z.string(),
  inputs: z.array(z.string()).readonly(),
  monthlyUsd: z.number().optional(),
});

const cost = z.strictObject({
  before: z.number(),
  after: z.number(),
  source: z.string(),
  byUse: z.string(),
  unknown: z.array(z.string()).readonly(),
});

const finding = z.strictObject({
  check: z.string(),
  verdict: z.enum(['good', 'warning', 'bad']),
  what: z.string(),
  remedy: z.string().optional(),
});

const event = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run-started'), run: heading }),
  z.strictObject({ type: z.literal('access-found'), range: z.string() }),
  z.strictObject({ type: z.literal('planned'), changes: z.array(plannedChange).readonly(), cost: cost.optional() }),
  z.strictObject({ type: z.literal('preflight'), findings: z.array(finding).readonly() }),
  z.strictObject({ type: z.literal('state-moved'), to: z.string() }),
  z.strictObject({
    type: z.literal('image-coming'),
    from: z.string(),
    bytes: z.number(),
    of: z.number().optional(),
    bytesPerSecond: z.number(),
  }),
  z.strictObject({ type: z.literal('image-news'), text: z.string() }),
  z.strictObject({
    type: z.literal('rotation'),
    authority: z.string(),
    news: z.enum(['begins', 'goes-on', 'ended']),
    phase: RotationPhase.optional(),
  }),
  z.strictObject({ type: z.literal('upgrade'), nodes: z.array(z.string()).readonly(), stepsLeft: z.number() }),
  z.strictObject({ type: z.literal('run-finished'), outcome }),
  z.strictObject({ type: z.literal('lease-acquired'), generation: z.number(), holder: z.string() }),
  z.strictObject({ type: z.literal('lease-waiting'), holder: z.string(), forMs: z.number() }),
  z.strictObject({ type: z.literal('lease-lost'), problem: toldProblem }),
  z.strictObject({ type: z.literal('apply-started'), changes: z.number() }),
  z.strictObject({ type: z.literal('change-started'), ...about, action, because: z.string() }),
  z.strictObject({
    type: z.literal('waiting'),
    ...about,
    waitingFor: z.string(),
    progress: progress.optional(),
    deadlineMs: z.number(),
  }),
  z.strictObject({
    type: z.literal('retrying'),
    ...about,
    purpose: z.string(),
    why: z.string(),
    afterMs: z.number(),
  }),
  z.strictObject({ type: z.literal('change-finished'), ...about, action }),
  z.strictObject({ type: z.literal('change-failed'), ...about, action, problem: toldProblem }),
  z.strictObject({
    type: z.literal('change-skipped'),
    ...about,
    action,
    because: z.union([z.literal('stopped'), address]),
  }),
  z.strictObject({ type: z.literal('stray-destroyed'), kind: z.string(), id: z.string() }),
  z.strictObject({
    type: z.literal('apply-finished'),
    done: z.number(),
    failed: z.number(),
    skipped: z.number(),
  }),
]);

const LoggedEventLine = z.strictObject({ atMs: z.number(), run: z.string(), event });

/** The events of a text of lines; what is torn, or what only another version of this program knows, is left out. */
export function parseRunLog(text: string): readonly LoggedEvent[] {
  return text.split('\n').flatMap((line): readonly LoggedEvent[] => {
    if (line === '') return [];
    const parsed = LoggedEventLine.safeParse(parseJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
