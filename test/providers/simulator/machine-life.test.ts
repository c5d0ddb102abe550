import { describe, expect, test } from 'vitest';
import { Chance } from '#providers/simulator/chance.ts';
import { drawFate, type Fate } from '#providers/simulator/machine-fate.ts';
import { lettersBy, type Machine, milestonesOf, stateAt, terminated } from '#providers/simulator/machine-life.ts';
import { MEAN_WEATHER, MILD_WEATHER } from '#providers/simulator/weather.ts';
import { FailureReport, Hello, StageReport } from '#host/protocol.ts';
import { readRequest } from '#pki/request.ts';
import { WELCOME } from './support/welcome.ts';

const STAGES = ['network', 'packages', 'overlay', 'etcd', 'apiserver', 'kubelet', 'ready'];
const ORDINARY: Fate = { is: 'ordinary' };
const HOUR_MS = 3_600_000;

function born(fate: Fate = ORDINARY, lifeSeed = 7, launchedAtMs = 0): Machine {
  const life = { box: 'i-1', stub: { cluster: WELCOME.cluster, bucket: 'b' }, lifeSeed, fate };
  return { ...life, ...milestonesOf(life, { launchedAtMs, roleSinceMs: launchedAtMs }) };
}

function welcome(change: object = {}): string {
  return JSON.stringify({ ...WELCOME, stages: STAGES, ...change });
}

function lettersOf(machine: Machine, body = welcome(), nowMs = HOUR_MS) {
  return lettersBy(machine, { body, atMs: 40_000 }, nowMs);
}

function namesOf(machine: Machine, body = welcome()): readonly string[] {
  return lettersOf(machine, body).map(({ name }) => name);
}

const EVERY_STAGE = STAGES.map((stage, index) => `stage-0${index + 1}-${stage}`);

describe('an ordinary machine', () => {
  test('NODE-2: runs after 15 to 20 s and says hello 9 to 14 s later', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { runningAtMs = 0, helloAtMs = 0, endsAtMs } = born(ORDINARY, seed);
      expect(runningAtMs).toBeGreaterThanOrEqual(15_000);
      expect(runningAtMs).toBeLessThan(20_000);
      expect(helloAtMs - runningAtMs).toBeGreaterThanOrEqual(9_000);
      expect(helloAtMs - runningAtMs).toBeLessThan(14_000);
      expect(endsAtMs).toBeUndefined();
    }
  });

  test('NODE-3: says hello as the protocol has it, with its own box', () => {
    const [hello] = lettersBy(born(), undefined, HOUR_MS);
    expect(hello?.name).toBe('hello');
    const { box, keys, requests } = Hello.parse(JSON.parse(hello?.body ?? ''));
    expect(box).toBe('i-1');
    const all = Object.values(requests).map(readRequest);
    expect(all.map((one) => ('refused' in one ? one.refused : one.request.commonName))).toEqual(all.map(() => 'i-1'));
    // As many as there are purposes.
    expect(all).toHaveLength(9);
    expect(keys.sshHost).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+$/);
    expect(Buffer.from(keys.overlay, 'base64')).toHaveLength(32);
  });

  test('NODE-4: says nothing before its time, and without a stub nothing at all', () => {
    const machine = born();
    expect(lettersBy(machine, undefined, (machine.helloAtMs ?? 0) - 1)).toEqual([]);
    expect(lettersBy(machine, undefined, machine.helloAtMs ?? 0)).toHaveLength(1);
    expect(lettersOf({ ...machine, stub: undefined })).toEqual([]);
  });

  test('NODE-5: reports each stage of its welcome in order, 3 to 20 s each', () => {
    const letters = lettersOf(born());
    expect(letters.map(({ name }) => name)).toEqual(['hello', ...EVERY_STAGE]);
    const reports = letters.slice(1).map(({ body }) => StageReport.parse(JSON.parse(body)));
    expect(reports.map(({ stage }) => stage)).toEqual(STAGES);
    const sinceLastMs = letters.slice(1).map(({ atMs }, index) => atMs - (letters[index]?.atMs ?? 0));
    const [, ...laterMs] = sinceLastMs.map(Math.round);
    const [, ...tookMs] = reports.map((report) => report.tookMs);
    expect(tookMs).toEqual(laterMs);
    expect(Math.min(...tookMs)).toBeGreaterThanOrEqual(3_000);
    expect(Math.max(...tookMs)).toBeLessThanOrEqual(20_000);
  });

  test('NODE-6: is mostly done within 60 to 150 s', () => {
    const ends = Array.from({ length: 100 }, (_, seed) => lettersOf(born(ORDINARY, seed)).at(-1)?.atMs ?? 0);
    expect(Math.min(...ends)).toBeGreaterThan(60_000);
    expect(Math.max(...ends)).toBeLessThan(200_000);
    const mean = ends.reduce((sum, end) => sum + end, 0) / ends.length;
    expect(mean).toBeGreaterThan(80_000);
    expect(mean).toBeLessThan(120_000);
  });

  test('NODE-5: waits for a welcome that comes late, and finds one that came early', () => {
    const machine = born();
    const first = (atMs: number) => lettersBy(machine, { body: welcome(), atMs }, HOUR_MS)[1]?.atMs ?? 0;
    expect(first(600_000)).toBeGreaterThan(603_000);
    expect(first(0)).toBeGreaterThan((machine.helloAtMs ?? 0) + 3_000);
    expect(first(0)).toBeLessThan((machine.helloAtMs ?? 0) + 23_000);
  });

  test('NODE-10: lives the same life for the same seed, another for another', () => {
    expect(lettersOf(born())).toEqual(lettersOf(born()));
    expect(lettersOf(born(ORDINARY, 8))).not.toEqual(lettersOf(born()));
  });

  test.each([
    ['is no JSON', 'hello'],
    ['has another format', welcome({ format: 2 })],
    ['has no stages', welcome({ stages: [] })],
    ['is of another cluster', welcome({ cluster: 'other' })],
  ])('NODE-7: reports a failure for a welcome that %s', (_what, body) => {
    const letters = lettersOf(born(), body);
    expect(letters.map(({ name }) => name)).toEqual(['hello', 'failed']);
    expect(FailureReport.parse(JSON.parse(letters[1]?.body ?? '')).stage).toBe('welcome');
  });

  test('NODE-8: says nothing more once it is terminated', () => {
    const machine = born();
    const all = lettersOf(machine);
    const cut = all[3]?.atMs ?? 0;
    expect(lettersOf(terminated(machine, cut))).toEqual(all.slice(0, 4));
    expect(lettersOf(terminated(machine, cut - 1))).toEqual(all.slice(0, 3));
  });

  test('NODE-9: goes from pending to running to shutting down to terminated', () => {
    const machine = terminated(born(), 60_000);
    const states = [0, 30_000, 60_000, 90_000].map((nowMs) => stateAt(machine, nowMs));
    expect(states).toEqual(['pending', 'running', 'shutting-down', 'terminated']);
  });
});

describe('the fate of a machine', () => {
  test('NODE-14: may be to die before it runs', () => {
    const machine = born({ is: 'stillborn', reason: 'Client.InternalError' });
    expect([0, 30_000].map((nowMs) => stateAt(machine, nowMs))).toEqual(['pending', 'terminated']);
    expect(lettersOf(machine)).toEqual([]);
  });

  test('NODE-15: may be to say nothing', () => {
    const machine = born({ is: 'never-hello' });
    expect(lettersOf(machine)).toEqual([]);
    expect(stateAt(machine, HOUR_MS)).toBe('running');
  });

  test('NODE-16: may be to say hello twice, with other keys', () => {
    const [first, second] = lettersOf(born({ is: 'hello-twice' }));
    expect([first?.name, second?.name]).toEqual(['hello', 'hello']);
    const keys = [first, second].map((letter) => Hello.parse(JSON.parse(letter?.body ?? '')).keys.overlay);
    expect(new Set(keys).size).toBe(2);
  });

  test('NODE-17: may be to name the box of its neighbour, in all of its hello or in the requests there alone', () => {
    const named = Array.from({ length: 20 }, (_, seed) => {
      const [hello] = lettersOf(born({ is: 'forged-hello' }, seed));
      const { box, requests } = Hello.parse(JSON.parse(hello?.body ?? ''));
      const reading = readRequest(requests['etcd'] ?? '');
      return `${box}, ${'refused' in reading ? reading.refused : reading.request.commonName}`;
    });
    expect([...new Set(named)].toSorted()).toEqual(['i-0, i-0', 'i-1, i-0']);
  });

  test('NODE-18: may be to fail in a stage and say so, with the last lines of its log', () => {
    const letters = lettersOf(born({ is: 'stage-fails', at: 0.5 }));
    expect(letters.map(({ name }) => name)).toEqual(['hello', ...EVERY_STAGE.slice(0, 3), 'failed']);
    const report = FailureReport.parse(JSON.parse(letters.at(-1)?.body ?? ''));
    expect(report).toMatchObject({ box: 'i-1', stage: 'etcd', reason: 'etcd failed' });
    expect(report.lastLines.at(-1)).toBe('bootstrap-stage[1]: etcd: gave up: etcd failed');
  });

  test('NODE-19: may be to hang in a stage', () => {
    expect(namesOf(born({ is: 'hangs', at: 0.99 }))).toEqual(['hello', ...EVERY_STAGE.slice(0, 6)]);
    expect(namesOf(born({ is: 'hangs', at: 0 }))).toEqual(['hello']);
  });

  test('NODE-20: may be to vanish', () => {
    const machine = born({ is: 'vanishes', afterMs: 50_000 });
    expect([49_999, 50_000].map((nowMs) => stateAt(machine, nowMs))).toEqual(['running', 'terminated']);
    expect(lettersOf(machine).every(({ atMs }) => atMs <= 50_000)).toBe(true);
  });

  test('NODE-21: may be to claim its last stage without those before', () => {
    expect(namesOf(born({ is: 'lies' }))).toEqual(['hello', 'stage-07-ready']);
  });

  test('NODE-23: may be to boot for minutes longer, and then to be a machine like others', () => {
    const machine = born({ is: 'late', byMs: 300_000 });
    const [hello, ...stages] = lettersOf(machine);
    expect((hello?.atMs ?? 0) - (born().helloAtMs ?? 0)).toBe(300_000);
    expect(stages.map(({ name }) => name)).toEqual(EVERY_STAGE);
    expect(stages.every(({ atMs }) => atMs > (hello?.atMs ?? 0))).toBe(true);
  });

  test('NODE-22: is drawn as often as the weather says', () => {
    const chance = Chance.of('fates');
    const fates = Array.from({ length: 5_000 }, () => drawFate(chance, MEAN_WEATHER.machines).is);
    const counts = Object.fromEntries([...Map.groupBy(fates, (is) => is)].map(([is, all]) => [is, all.length]));
    expect(Object.keys(counts).toSorted()).toEqual([
      'forged-hello',
      'hangs',
      'hello-twice',
      'late',
      'lies',
      'never-hello',
      'ordinary',
      'stage-fails',
      'stillborn',
      'vanishes',
    ]);
    expect(counts['ordinary']).toBeGreaterThan(4_100);
    expect(counts['hangs']).toBeGreaterThan(60);
    expect(counts['lies']).toBeLessThan(90);
  });

  test('NODE-22: is ordinary in mild weather', () => {
    const chance = Chance.of('fates');
    const fates = Array.from({ length: 100 }, () => drawFate(chance, MILD_WEATHER.machines).is);
    expect(new Set(fates)).toEqual(new Set(['ordinary']));
  });
});
