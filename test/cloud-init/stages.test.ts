import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { FailureReport, StageReport } from '#host/protocol.ts';
import { AgentStand, BOX } from './support/agent-stand.ts';

/** Says that it ran, and how often it has. */
const noting = (name: string): string => `echo ${name} >>"$BOOTSTRAP_ROOT/order"\n`;
const IN_ORDER = { 'stages/first.sh': noting('first'), 'stages/second-one.sh': noting('second-one') };
const STAGES = ['first', 'network', 'second-one'];
const LETTERS = ['hello', 'stage-01-first', 'stage-02-network', 'stage-03-second-one'];

describe('stages', () => {
  test('run in their order, each reported when it is done', async () => {
    await using stand = await AgentStand.open({ scripts: IN_ORDER });
    stand.welcomeAll({ stages: STAGES });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(await stand.lines('order')).toEqual(['first', 'second-one']);
    expect(stand.mailbox.written).toEqual(LETTERS);
    const { stage } = StageReport.parse(stand.mailbox.letter('stage-03-second-one'));
    expect(stage).toBe('second-one');
  });

  test('run again after a reboot, without a word to anybody', async () => {
    await using stand = await AgentStand.open({ scripts: IN_ORDER });
    stand.welcomeAll({ stages: STAGES });
    await stand.boot();
    await stand.run();
    const visits = stand.mailbox.visits.length;
    await stand.reboot();
    expect(await stand.run()).toBe(0);
    expect(await stand.lines('order')).toEqual(['first', 'second-one', 'first', 'second-one']);
    expect(stand.mailbox.visits).toHaveLength(visits);
  });

  test('know where they are: settings, folders, and what they said is kept', async () => {
    const look = '. "${0%/*}/../lib.sh"\nsay "$NODE $PWD $OPT"\nsay "to the other output" >&2\n';
    await using stand = await AgentStand.open({ scripts: { 'stages/look.sh': look } });
    stand.welcomeAll({ stages: ['look'] });
    await stand.boot();
    await stand.run();
    const said = ['worker-1 / ' + stand.path('opt/bootstrap'), 'to the other output'];
    expect(await stand.lines('var/log/bootstrap/look.log')).toEqual(said);
    await stand.run();
    expect(await stand.lines('var/log/bootstrap/look.log.1')).toEqual(said);
  });

  test('install the units that came with them, once', async () => {
    const scripts = {
      'units/bootstrap-one.service': '[Service]\nExecStart=/bin/true\n',
      'stages/unit.sh': '. "${0%/*}/../lib.sh"\ninstall_unit bootstrap-one.service\n',
    };
    await using stand = await AgentStand.open({ scripts });
    stand.welcomeAll({ stages: ['unit'] });
    await stand.boot();
    await stand.run();
    const unit = 'etc/systemd/system/bootstrap-one.service';
    expect(await stand.read(unit)).toBe(scripts['units/bootstrap-one.service']);
    expect(await stand.mode(unit)).toBe('644');
    const started = ['enable --no-reload bootstrap-one.service', 'start bootstrap-one.service'];
    expect(await stand.lines('systemctl')).toEqual(started);
    await stand.write('systemctl', '');
    await stand.run();
    expect(await stand.lines('systemctl')).toEqual(started);
    // As it was before these scripts came, systemd knows it.
    await stand.write(unit, '[Service]\nExecStart=/bin/false\n');
    await stand.write('systemctl', '');
    await stand.run();
    expect(await stand.lines('systemctl')).toEqual(['daemon-reload', ...started]);
  });

  test('await the end of cloud-init', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    await stand.boot();
    await stand.remove('run/cloud-init/result.json');
    const agent = stand.start();
    await stand.slept(4);
    expect(stand.mailbox.written).toEqual(['hello']);
    await stand.endCloudInit();
    await once(agent, 'exit');
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network']);
  });
});

describe('a stage that fails', () => {
  test('is reported with the last lines of its log and the command that runs it again', async () => {
    const noise = 'for n in $(seq 1 80); do echo "line $n"; done\nexit 7\n';
    await using stand = await AgentStand.open({ scripts: { ...IN_ORDER, 'stages/bad.sh': noise } });
    stand.welcomeAll({ stages: ['first', 'bad', 'second-one'] });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-first', 'failed']);
    expect(FailureReport.parse(stand.mailbox.letter('failed'))).toEqual({
      format: 1,
      box: BOX,
      stage: 'bad',
      reason: 'It ended with code 7. To run it again on the machine: sudo /opt/bootstrap/node/run-stage bad',
      lastLines: Array.from({ length: 50 }, (_, index) => `line ${index + 31}`),
    });
    expect(await stand.lines('order')).toEqual(['first']);
  });

  test('says why in its own words, and runs by hand when what it lacks is there', async () => {
    const lacking = '. "${0%/*}/../lib.sh"\n[ -e "$ROOT/cure" ] || fail "There is no cure for $NODE."\necho cured\n';
    await using stand = await AgentStand.open({ scripts: { 'stages/ill.sh': lacking } });
    stand.welcomeAll({ stages: ['ill'] });
    await stand.boot();
    await stand.run();
    const { reason } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(reason).toMatch(/^There is no cure for worker-1\. To run it again on the machine: sudo \S+ ill$/);
    expect(await stand.run('opt/bootstrap/node/run-stage', 'ill')).toBe(1);
    await stand.write('cure', '');
    expect(await stand.run('opt/bootstrap/node/run-stage', 'ill')).toBe(0);
    expect(await stand.lines('var/log/bootstrap/ill.log')).toEqual(['cured']);
  });

  test('is one that this machine has never heard of', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({ stages: ['network', 'far-away'] });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network', 'failed']);
    const report = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(report.stage).toBe('far-away');
    expect(report.reason).toMatch(/^This machine does not know the stage far-away\./);
  });

  test('has failed for good: the machine says nothing more when it is started again', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/bad.sh': 'exit 1\n' } });
    stand.welcomeAll({ stages: ['bad'] });
    await stand.boot();
    await stand.run();
    const visits = stand.mailbox.visits.length;
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.visits).toHaveLength(visits);
  });

  test('after it was done once, as after a reboot, is tried again: the node is not given up', async () => {
    const script = '[ ! -e "$BOOTSTRAP_ROOT/down" ]\n';
    await using stand = await AgentStand.open({ scripts: { 'stages/up.sh': script } });
    stand.welcomeAll({ stages: ['up', 'network'] });
    await stand.boot();
    await stand.run();
    await stand.write('down', '');
    await stand.reboot();
    expect(await stand.run()).toBe(1);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-up', 'stage-02-network']);
    await stand.remove('down');
    expect(await stand.run()).toBe(0);
  });
});

describe('a machine whose cloud-init failed', () => {
  test('says what cloud-init said, with the last lines of its log, whatever is in them', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    const log = Array.from({ length: 80 }, (_, index) => `line ${index + 1}`);
    const odd = ['"quoted" \\ back', "it's $(reboot) `x` %s", 'tab\there', 'bell\u0007 and ümlaut', 'x'.repeat(3_000)];
    await stand.write('var/log/cloud-init-output.log', `${[...log, ...odd].join('\n')}\n`);
    await stand.boot(["('write_files', ValueError(\"no 'path'\"))"]);
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'failed']);
    const report = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(report).toMatchObject({ format: 1, box: BOX, stage: 'network' });
    expect(report.reason).toMatch(/^cloud-init has ended with errors: .*write_files.*no 'path'.*\/run-stage network$/);
    expect(report.lastLines.slice(0, 44)).toEqual(log.slice(36));
    expect(report.lastLines.slice(44, 49)).toEqual([
      '"quoted" \\ back',
      "it's $(reboot) `x` %s",
      'tab here',
      'bell and mlaut',
      'x'.repeat(500),
    ]);
  });

  test('fits its worst failure into a letter', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    await stand.write('var/log/cloud-init-output.log', `${'"'.repeat(2_000)}\n`.repeat(60));
    await stand.boot(['"'.repeat(5_000)]);
    await stand.run();
    const { reason, lastLines } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(lastLines).toHaveLength(50);
    expect(reason).toMatch(/ sudo \/opt\/bootstrap\/node\/run-stage network$/);
    expect(Buffer.byteLength(stand.mailbox.letters.get('failed') ?? '')).toBeLessThan(65_536);
  });

  test('says so when a unit of cloud-init has failed and no end will come', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    await stand.boot();
    await stand.remove('run/cloud-init/result.json');
    await stand.write('unit-failed', '');
    expect(await stand.run()).toBe(0);
    expect(FailureReport.parse(stand.mailbox.letter('failed')).stage).toBe('network');
  });
});
