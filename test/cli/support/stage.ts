import { setImmediate } from 'node:timers/promises';
import { checkClusterText, flawIn } from '#app/cluster-files.ts';
import { codeOf, type Exit } from '#cli/exit-codes.ts';
import { awsPermissions } from '#app/permissions.ts';
import { runProgram } from '#cli/program.ts';
import { asProblem } from '#engine/problem.ts';
import { renderClusterFile } from '#config/render-cluster-file.ts';
import type { Files } from '#std/files.ts';
import { Disk } from '../../support/disk.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type AppScript, ScriptedApp } from './scripted-app.ts';
import { type Script, ScriptedTerminal } from './scripted-terminal.ts';

export interface Performance extends Omit<Script, 'arguments'> {
  readonly app?: AppScript;
  readonly variables?: Readonly<Record<string, string>>;
  readonly files?: Files;
  /** What the person at the terminal does, and how long after the app was opened. */
  readonly cues?: readonly (readonly [atMs: number, act: (terminal: ScriptedTerminal) => void])[];
}

export interface Recording {
  readonly exit: Exit;
  readonly code: number;
  readonly output: string;
  readonly errors: string;
  readonly asked: ScriptedApp['asked'];
  readonly exits: readonly number[];
  readonly lent: ScriptedTerminal['lent'];
  readonly lentVariables: ScriptedTerminal['lentVariables'];
}

export const HOME = '/operator';
const TICK_MS = 100;

/** The whole program, with a script in the place of the terminal and of the app. */
export async function perform(line: string, performance: Performance = {}): Promise<Recording> {
  const { app = {}, variables = {}, files = new Disk().mount(), cues = [] } = performance;
  const terminal = new ScriptedTerminal({ arguments: line.split(' ').filter((word) => word !== ''), ...performance });
  const clock = new VirtualClock();
  const apps: ScriptedApp[] = [];
  const program = runProgram(
    {
      terminal,
      clock,
      files,
      environment: { variables, home: HOME },
      openApp(emit) {
        const opened = new ScriptedApp(app, clock, emit);
        apps.push(opened);
        for (const [atMs, act] of cues) void clock.sleep(atMs).then(() => act(terminal));
        return Promise.resolve(opened);
      },
      async asProblem(error) {
        await setImmediate();
        return asProblem(error);
      },
      permissions: (region) => awsPermissions(region),
      clusterFiles: {
        render: (answers) => Promise.resolve(renderClusterFile(answers)),
        flawIn: (answers, key) => flawIn(answers, key),
        check: (text, title) => checkClusterText(text, title),
        defaultRegionOf: () => Promise.resolve('eu-west-3'),
        explain: (path = 'the cluster file') => Promise.resolve(`About ${path}.\n`),
        schema: () => Promise.resolve({ type: 'object' }),
      },
    },
    '1.2.3',
  );
  const exit = await letTimePass(clock, program);
  const asked = apps.flatMap((opened) => opened.asked);
  const { output, errors, exits, lent, lentVariables } = terminal;
  const said = { output: output.text, errors: errors.text };
  return { exit, code: codeOf(exit), ...said, asked, exits, lent, lentVariables };
}

async function letTimePass<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  const progress = { isOver: false };
  const watched = promise.finally(() => {
    progress.isOver = true;
  });
  watched.catch(() => undefined);
  while (!progress.isOver) {
    await setImmediate();
    if (clock.pendingTimers > 0) await clock.advance(TICK_MS);
  }
  return watched;
}
