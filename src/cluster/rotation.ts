import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { type Condition, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { parseJson } from '#host/hello.ts';
import type { Mailbox } from '#host/mailbox.ts';
import { RenewalAnswer, renewalAnswers } from '#host/protocol.ts';
import { answerSince, asTold, digestsOf } from '#host/renewal.ts';
import { mapLimit } from '#std/map-limit.ts';
import { lookInState, type StateAloneSession } from './state-alone.ts';
import { RotationPhase } from './trust.ts';

export interface RotationSession extends StateAloneSession {
  readonly mailbox: Mailbox;
}

const Machine = z.strictObject({
  node: z.string(),
  box: z.string(),
  /** By purpose: what it shows that these authorities have signed. */
  certificates: z.record(z.string(), z.string()),
  /** How many letters it was sent, and what it has by the last of them. */
  renewals: z.int().min(0),
  delivered: z.record(z.string(), z.string()),
});
type Machine = Readonly<z.output<typeof Machine>>;

const Inputs = z.strictObject({
  purpose: z.string(),
  phase: RotationPhase,
  believes: z.array(z.string()).min(1).readonly(),
  machines: z.array(Machine.readonly()).readonly(),
});
type Inputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({ purpose: z.string() });

const AT_ONCE = 16;

/**
 * One authority takes the place of another. It is ready when every machine has confirmed what the phase asks of it: then, and not
 * before, the next phase may begin. That it has begun, and how far it has come, lives in the state.
 */
export const rotation = defineResource<RotationSession>()({
  kind: 'rotation',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'token',
  replaceOn: ['purpose'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['purpose'],
  // Machines look for letters now and then, and those of a quorum start what reads them one after the other.
  patience: 2,
  idOf: ({ purpose }) => purpose,

  async observe(session, context, { inputs, last }) {
    const seen = lookInState(session, context, last);
    return seen.state === 'present' ? { ...seen, condition: await conditionOf(session, context, inputs) } : seen;
  },

  async create(_session, _context, inputs) {
    requireTold(inputs);
    return { purpose: inputs.purpose };
  },

  async sync(_session, _context, inputs, observed) {
    requireTold(inputs);
    return observed;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});

/** Of one that is out of reach the plan leaves everything as it was: it was told nothing, and has nothing to confirm. */
function requireTold({ believes, machines }: Inputs): void {
  const untold = machines.filter(({ certificates, delivered }) => {
    const held = Object.entries(certificates).map(([of, certificate]) => [of, { certificate, believes }] as const);
    const told = digestsOf(asTold(Object.fromEntries(held)));
    return Object.entries(told).some(([of, digest]) => delivered[of] !== digest);
  });
  if (untold.length === 0) return;
  const message = `It could not be told to ${untold.map(({ node }) => node).join(', ')}.`;
  throw new CallError({ outcome: 'rejected', reason: 'invalid', message });
}

type Word = 'has it' | 'waits' | { readonly refused: string };

/**
 * | of all machines          | it is                                      |
 * |--------------------------|--------------------------------------------|
 * | one has refused          | failed: the next apply sends it another letter |
 * | one has not answered yet | pending                                    |
 * | each has it, or is gone  | ready                                      |
 */
async function conditionOf(
  { mailbox }: RotationSession,
  context: ResourceContext,
  { machines }: Inputs,
): Promise<Condition> {
  const words = await mapLimit(machines, AT_ONCE, (machine) => wordOf(mailbox, context, machine));
  const of = machines.length;
  const refusals = words.flatMap((word, index) =>
    typeof word === 'string' ? [] : [`${machines[index]?.node ?? ''}: ${word.refused}`],
  );
  if (refusals.length > 0) return { is: 'failed', reason: refusals.join('\n') };
  const waits = machines.filter((_, index) => words[index] === 'waits').map(({ node }) => node);
  if (waits.length === 0) return READY;
  return {
    is: 'pending',
    waitingFor: `${waits.join(', ')} to confirm`,
    progress: { done: of - waits.length, of },
  };
}

/** A machine that is gone shows nothing, and believes nobody. */
async function wordOf(mailbox: Mailbox, context: ResourceContext, { box, renewals }: Machine): Promise<Word> {
  if (renewals === 0) return 'has it';
  const { letters, machine } = await mailbox.look(context, box);
  if (machine === 'gone') return 'has it';
  const { number, answer } = answerSince(letters, renewals);
  if (answer === undefined) return 'waits';
  return answer === 'taken' ? 'has it' : { refused: await refusalOf(mailbox, context, box, number) };
}

async function refusalOf(mailbox: Mailbox, context: ResourceContext, box: string, number: number): Promise<string> {
  const body = await mailbox.read(context, box, renewalAnswers(number).refused);
  const said = RenewalAnswer.safeParse(body === undefined ? undefined : parseJson(body));
  return `It refused its renewed certificates: ${said.data?.reason ?? 'it does not say why'}.`;
}
