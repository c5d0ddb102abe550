import type { AcceptanceRequest } from '#app/acceptance.ts';
import { exampleDomain, hasOwnNames, PROVIDER_NAMES, WEATHER_NAMES } from '../answers.ts';
import { choice, type CommandContext, decimal, defineCommand, list, text, type Values } from '../command.ts';
import type { ExitName } from '../exit-codes.ts';
import { readVerb, show } from '../read-verb.ts';
import { EMULATOR, meanAgain } from '../target.ts';
import { Interrupted, UsageError } from '../usage-error.ts';
import { checkedLines, reportLines, stepLine } from '../views/acceptance-text.ts';
import { canPaint } from '../views/choose-view.ts';

const NAME = 'acceptance';
const BUDGET_USD = 5;

const OPTIONS = {
  provider: choice(PROVIDER_NAMES, 'whose account is tried'),
  region: text('REGION', 'where the machines stand'),
  domain: text('DOMAIN', 'a domain of yours, such as try.example.com; a zone of this name is made and deleted'),
  from: list('CIDRS', 'address ranges from which SSH and the API can be reached; where you are by default'),
  budget: decimal('DOLLARS', `what may be spent before everything is deleted; ${BUDGET_USD} by default`),
  report: text('FILE', 'where the signed report goes; acceptance-report.json by default'),
  check: text('FILE', 'say whether a report is as it was signed, and do nothing else'),
  emulator: EMULATOR,
  speed: decimal('FACTOR', 'how many times faster than the clock a simulated account is'),
  weather: choice(WEATHER_NAMES, 'how a simulated account treats you'),
};

export const acceptanceCommand = defineCommand({
  example: [
    'bootstrap acceptance --provider aws --region eu-west-3 --domain try.example.com --budget 5',
    'bootstrap acceptance --check acceptance-report.json',
  ].join('\n'),
  arguments: [],
  options: OPTIONS,
  run(context, { options }) {
    return options.check === undefined ? tryAccount(context, options) : checkReport(context, options.check);
  },
});

async function tryAccount(context: CommandContext, options: Values<typeof OPTIONS>): Promise<ExitName> {
  const { interrupts, palette, terminal, isJson } = context;
  const say = (line: string): unknown => terminal.output.write(`${line}\n`);
  const paints = canPaint(context);
  // What was begun stands in the line that now says how it ended.
  const line = paints ? LINE_BEGIN : '';
  const request: AcceptanceRequest = {
    answers: answersFrom(options),
    budgetUsd: options.budget ?? BUDGET_USD,
    report: options.report ?? 'acceptance-report.json',
    begin: (step) => terminal.output.write(paints ? palette.faint(`· ${step} …`) : ''),
    tell: (step) => say(isJson ? JSON.stringify({ type: 'step', ...step }) : `${line}${stepLine(step, palette)}`),
  };
  meanAgain(context);
  const app = await context.openApp(() => undefined);
  const told = (isSecond: boolean): unknown => (isSecond || isJson ? undefined : say(palette.care(STOPPING)));
  try {
    const report = await interrupts.whileRunning(app.acceptance(request, interrupts), told);
    show(context, { type: 'report', ...report }, () => reportLines(report, request.report, palette));
    if (report.ok) return 'ok';
    return interrupts.stop.aborted ? 'interrupted' : 'failed';
  } catch (error) {
    if (error instanceof Interrupted && !isJson) say(palette.care(`Left as it is. This deletes it:\n  ${DELETE}`));
    throw error;
  }
}

const LINE_BEGIN = '\r\u001B[K';
const DELETE = `bootstrap delete ${NAME}`;
const STOPPING = `Stopping, and deleting what was made; Ctrl-C again leaves it as it is.`;

function answersFrom({
  provider,
  region,
  domain,
  from,
  speed,
  weather,
}: Values<typeof OPTIONS>): AcceptanceRequest['answers'] {
  if (provider === undefined) {
    throw new UsageError('Whose account? It must be said.', `bootstrap ${NAME} --provider simulator`);
  }
  if (domain === undefined && !hasOwnNames(provider)) {
    throw new UsageError(
      'Which domain? A zone of its name is made for the trial, and deleted.',
      `bootstrap ${NAME} --help`,
    );
  }
  return { name: NAME, provider, domain: domain ?? exampleDomain(NAME, provider), region, from, speed, weather };
}

async function checkReport(context: CommandContext, path: string): Promise<ExitName> {
  const checked = await readVerb(context, (app) => app.checkAcceptance(path));
  show(context, checked, () => checkedLines(checked, context.palette));
  return checked.report.ok ? 'ok' : 'failed';
}
