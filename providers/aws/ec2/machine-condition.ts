import type { Instance } from '@aws-sdk/client-ec2';
import { type Condition, READY, type ResourceContext } from '#engine/resource.ts';
import { FailureReport, LETTER } from '#host/protocol.ts';
import { unlessAbsent } from '../answers.ts';
import { pending } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { wasTakenBack } from './spot.ts';

interface Looked {
  readonly found: Instance;
  readonly mailbox: string;
}

/**
 * | EC2 says      | and                                        | so the machine is |
 * |---------------|--------------------------------------------|-------------------|
 * | terminated    | on somebody's request, or it had said hello | gone             |
 * |               | of itself, before it said anything         | broken, until this process has cleared it away |
 * |               | as a spot machine that was taken back      | the same: so it is told why it is replaced |
 * | shutting down |                                            | broken            |
 * | stopped       |                                            | pending           |
 * | pending       |                                            | pending           |
 * | running       | has no role yet                            | ready for it: without one it cannot say anything |
 * |               | `failed` or `given-up` is in its mailbox   | broken            |
 * |               | it has said hello                          | ready             |
 * |               | nothing yet                                | pending           |
 */
export async function conditionOf(
  aws: AwsSession,
  context: ResourceContext,
  { found, mailbox }: Looked,
): Promise<Condition | 'gone'> {
  switch (found.State?.Name) {
    case 'running':
      if (found.IamInstanceProfile?.Id === undefined) return READY;
      return conditionByLetters(aws, context, mailbox);
    case 'shutting-down':
      return { is: 'broken', reason: endOf(found) };
    case 'terminated':
      if (wasAskedToEnd(found) || aws.dismissed.has(context.instanceId)) return 'gone';
      if (wasTakenBack(found)) return { is: 'broken', reason: endOf(found) };
      if ((await lettersIn(aws, context, mailbox)).includes(LETTER.hello)) return 'gone';
      return { is: 'broken', reason: endOf(found) };
    case 'stopping':
    case 'stopped':
      return pending('somebody to start it again');
    case 'pending':
    case undefined:
      return pending('it to start');
  }
}

async function conditionByLetters(aws: AwsSession, context: ResourceContext, mailbox: string): Promise<Condition> {
  const letters = await lettersIn(aws, context, mailbox);
  if (letters.includes(LETTER.failed)) return { is: 'broken', reason: await readFailure(aws, context, mailbox) };
  if (letters.includes(LETTER.givenUp)) return { is: 'broken', reason: 'It was awaited in vain.' };
  return letters.includes(LETTER.hello) ? READY : pending('it to say hello');
}

/** None where the bucket is gone already: nobody speaks any more. */
async function lettersIn(aws: AwsSession, context: ResourceContext, mailbox: string): Promise<readonly string[]> {
  const contents = await unlessAbsent(aws.mailbox.look(context, mailbox));
  return contents?.letters ?? [];
}

async function readFailure(aws: AwsSession, context: ResourceContext, mailbox: string): Promise<string> {
  const body = await aws.mailbox.read(context, mailbox, LETTER.failed);
  const report = body === undefined ? undefined : FailureReport.safeParse(parsed(body));
  if (report?.success !== true) return 'It reported a failure that cannot be read.';
  return `Stage ${report.data.stage}: ${report.data.reason}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** By whoever has an account there: this program, or a person. */
function wasAskedToEnd({ StateReason }: Instance): boolean {
  return StateReason?.Code === 'Client.UserInitiatedShutdown';
}

function endOf(found: Instance): string {
  const { StateReason } = found;
  if (wasTakenBack(found)) return 'It was a spot machine, and AWS has taken it back.';
  if (StateReason?.Message === undefined) return 'It ended while starting.';
  return `It ended: ${StateReason.Message}`;
}
