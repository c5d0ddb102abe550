import { parseArgs } from 'node:util';
import { failureLines, isGood, reportLines } from './report.ts';
import { carryOutProgramme, type ProgrammeOptions } from './programme.ts';
import { parseScenario } from './scenario.ts';
import { Workshop } from './workshop.ts';

const QUICK = { scanSeeds: [1], scanStride: 1, randomRuns: 4_000, determinismRuns: 100 };
const LONG = { scanSeeds: [1], scanStride: 1, randomRuns: 12_000, determinismRuns: 500 };
/** As many random runs as the time allows. */
const ENDLESS_RUNS = 100_000_000;

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    replay: { type: 'string' },
    trace: { type: 'boolean', default: false },
    'until-violation': { type: 'boolean', default: false },
    seconds: { type: 'string' },
    'first-seed': { type: 'string' },
  },
});

process.exitCode = await (values.replay === undefined ? carryOut() : replay(values.replay));

async function carryOut(): Promise<number> {
  const size = values.long ? LONG : QUICK;
  const timed = values.seconds === undefined ? {} : { secondsMax: Number(values.seconds), randomRuns: ENDLESS_RUNS };
  const firstSeed = values['first-seed'] === undefined ? {} : { firstRandomSeed: Number(values['first-seed']) };
  const hasty = values['until-violation'] ? { untilViolation: true, determinismRuns: 0 } : {};
  const options: ProgrammeOptions = { ...size, ...timed, ...firstSeed, ...hasty };
  const result = await carryOutProgramme(options);
  const mustMeetEveryFault = values.seconds === undefined && !values['until-violation'];
  for (const line of reportLines(result, mustMeetEveryFault)) say(line);
  return isGood(result, mustMeetEveryFault) ? 0 : 1;
}

async function replay(text: string): Promise<number> {
  const scenario = parseScenario(text);
  const { violations, traceHash, processes, virtualMs } = await new Workshop().run(
    scenario,
    values.trace ? say : undefined,
  );
  say(`${processes} processes, ${(virtualMs / 1000).toFixed(0)} s of virtual time, trace ${traceHash.toString(16)}`);
  if (violations.length > 0) for (const line of failureLines({ scenario: text, violations })) say(line);
  say(violations.length === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return violations.length === 0 ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
