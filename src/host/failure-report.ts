import type { ResourceContext } from '#engine/resource.ts';
import { parseJson } from './hello.ts';
import type { Mailbox } from './mailbox.ts';
import { FailureReport } from './protocol.ts';

interface Report {
  readonly box: string;
  readonly letter: string;
}

/** In words: the stage, the reason, and what its log said last. */
export async function readReport(mailbox: Mailbox, context: ResourceContext, { box, letter }: Report): Promise<string> {
  const body = await mailbox.read(context, box, letter);
  const report = FailureReport.safeParse(body === undefined ? undefined : parseJson(body));
  if (!report.success) return 'It reported a failure that cannot be read.';
  const { stage, reason, lastLines } = report.data;
  return [`Stage ${stage}: ${reason}`, ...lastLines.map((line) => `  | ${line}`)].join('\n');
}
