import { CallError, isRejected } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { Mailbox } from './mailbox.ts';
import { Hello, LETTER, PROTOCOL_FORMAT } from './protocol.ts';

/** Nobody is heard who speaks for another box: the machine is given up, and its successor asked. */
export async function readHello(mailbox: Mailbox, context: ResourceContext, box: string): Promise<Hello> {
  const body = await mailbox.read(context, box, LETTER.hello);
  if (body === undefined) throw new CallError({ outcome: 'not-yet', message: 'It has not said hello.' });
  const hello = Hello.safeParse(parseJson(body));
  if (hello.success && hello.data.box === box) return hello.data;
  return refuseHello(mailbox, context, { box, why: 'The hello in its mailbox is not its own.' });
}

/** The machine of a hello that asks for what it must not have. */
export async function refuseHello(
  mailbox: Mailbox,
  context: ResourceContext,
  { box, why }: { readonly box: string; readonly why: string },
): Promise<never> {
  await writeOnce(mailbox, context, box, { name: LETTER.givenUp });
  throw new CallError({ outcome: 'rejected', reason: 'invalid', message: why });
}

interface OwnWords {
  readonly name: string;
  readonly certificates?: readonly string[];
  /** Nobody counts on what the quorum holds: whoever leaves need not wait until the others can do without it. */
  readonly nothingToLose?: true;
}

/** A letter of the program of which the name is what matters; one that is there already is as good. */
export async function writeOnce(
  mailbox: Mailbox,
  context: ResourceContext,
  box: string,
  { name, ...more }: OwnWords,
): Promise<void> {
  try {
    await mailbox.write(context, box, { name, body: JSON.stringify({ format: PROTOCOL_FORMAT, box, ...more }) });
  } catch (error) {
    if (!isRejected(error, 'exists')) throw error;
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
