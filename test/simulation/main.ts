import { parseArgs } from 'node:util';
import type { Disturbance } from './disturbance.ts';
import { carryOutProgramme, type Play } from './programme.ts';
import { failureLines, isGood, reportLines } from './report.ts';
import { toyPlay } from './toy-play.ts';
import { Workshop } from './workshop.ts';

/** As many random runs as the time allows. */
const ENDLESS_RUNS = 100_000_000;

const { values } = parseArgs({
  options: {
    cluster: { type: 'boolean', default: false },
    members: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    replay: { type: 'string' },
    trace: { type: 'boolean', default: false },
    'until-violation': { type: 'boolean', default: false },
    seconds: { type: 'string' },
    'first-seed': { type: 'string' },
  },
});

process.exitCode = await (values.cluster || values.members ? playCluster() : play(toyPlay));

/** Loaded when it is asked for: the real provider and the simulated account take their time. */
async function playCluster(): Promise<number> {
  const { clusterPlay, memberPlay } = await import('./cluster/cluster-play.ts');
  return play(values.members ? memberPlay : clusterPlay);
}

function play<Scenario extends Disturbance>(of: Play<Scenario>): Promise<number> {
  return values.replay === undefined ? carryOut(of) : replay(of, values.replay);
}

async function carryOut<Scenario extends Disturbance>({ quick, long, ...rest }: Play<Scenario>): Promise<number> {
  const size = values.long ? long : quick;
  const timed = values.seconds === undefined ? {} : { secondsMax: Number(values.seconds), randomRuns: ENDLESS_RUNS };
  const firstSeed = values['first-seed'] === undefined ? {} : { firstRandomSeed: Number(values['first-seed']) };
  const hasty = values['until-violation'] ? { untilViolation: true, determinismRuns: 0 } : {};
  const result = await carryOutProgramme({ ...rest, ...size, ...timed, ...firstSeed, ...hasty });
  const mustMeetEveryFault = values.seconds === undefined && !values['until-violation'];
  const reporting = { catalogue: rest.repertoire.faults, mustMeetEveryFault, options: optionsOfWorld() };
  for (const line of reportLines(result, reporting)) say(line);
  return isGood(result, reporting) ? 0 : 1;
}

async function replay<Scenario extends Disturbance>({ repertoire }: Play<Scenario>, text: string): Promise<number> {
  const { violations, traceHash, processes, virtualMs, halfSteps } = await new Workshop(repertoire).run(
    repertoire.parse(text),
    values.trace ? say : undefined,
  );
  const time = `${(virtualMs / 1000).toFixed(0)} s of virtual time`;
  say(`${processes} processes, ${halfSteps} half-steps, ${time}, trace ${traceHash.toString(16)}`);
  if (violations.length > 0)
    for (const line of failureLines({ scenario: text, violations }, optionsOfWorld())) say(line);
  say(violations.length === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return violations.length === 0 ? 0 : 1;
}

function optionsOfWorld(): readonly string[] {
  return [...(values.cluster ? ['--cluster'] : []), ...(values.members ? ['--members'] : [])];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
