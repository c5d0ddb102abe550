import { byTests, type Mutant } from './mutant.ts';

const STEP_TESTS = byTests('test/cluster/upgrade-steps.test.ts');
const SKEW_TESTS = byTests('test/cluster/version-skew.test.ts');
const UPDATE_TESTS = byTests('test/host/update.test.ts');
const EDITION_TESTS = byTests('test/cluster/editions.test.ts');
const CALM_TESTS = byTests('test/app/upgrade-calm.test.ts');

/** Ways to upgrade what nobody asked for, too much at once, or in an order in which programs do not go together. */
export const UPGRADE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a node is said to run another lock without an upgrade',
    file: 'src/host/node.ts',
    anchor: 'const isSent = number <= observed.updates || letters.includes(updateLetter(number));',
    replacement: "const isSent = observed.runs['kubelet'] === assets[0]?.sha256;",
    killers: [UPDATE_TESTS],
  },
  {
    name: 'a node is ready before its machine has confirmed what it runs',
    file: 'src/host/update.ts',
    anchor:
      "if (!letters.includes(halted)) return { running, condition: { is: 'pending', waitingFor: `update ${sent}` } };",
    replacement: 'if (!letters.includes(halted)) return { running, condition: READY };',
    killers: [UPDATE_TESTS],
  },
  {
    name: 'a node is believed to run what it was only told',
    file: 'src/host/update.ts',
    anchor: 'numbers.filter((number) => letters.includes(updateAnswers(number).updated))',
    replacement: 'numbers',
    killers: [UPDATE_TESTS],
  },
  {
    name: 'a node that is halted in an update is given up',
    file: 'src/host/node.ts',
    anchor: 'if (settledAs(await mailbox.look(context, box)) !== undefined) return;',
    replacement: '',
    killers: [UPDATE_TESTS],
  },
  {
    name: 'kubelets are upgraded before all servers of the API',
    file: 'src/cluster/upgrade-steps.ts',
    anchor: "const before = servers.length > 1 ? servers.flatMap((server) => take([server], 'server')) : servers;",
    replacement: 'const before = servers;',
    killers: [STEP_TESTS],
  },
  {
    name: 'all control planes are upgraded at once',
    file: 'src/cluster/upgrade-steps.ts',
    anchor: "for (const server of before) take([server], 'all');",
    replacement: "take(before, 'all');",
    killers: [STEP_TESTS],
  },
  {
    name: 'the only node for pods has a break',
    file: 'src/cluster/upgrade-steps.ts',
    anchor: 'hasBreak: restarts && canLeave,',
    replacement: 'hasBreak: restarts && takesPods(node),',
    killers: [STEP_TESTS],
  },
  {
    name: 'no node has a break',
    file: 'src/cluster/upgrade-steps.ts',
    anchor: 'hasBreak: restarts && canLeave,',
    replacement: 'hasBreak: false && restarts && canLeave,',
    killers: [STEP_TESTS],
  },
  {
    name: 'what is on its way is sent again',
    file: 'src/cluster/upgrade-steps.ts',
    anchor: 'updates: isOnItsWay ? updates : ',
    replacement: 'updates: isOnItsWay && updates === 0 ? updates : ',
    killers: [STEP_TESTS],
  },
  {
    name: 'a lock may make programs older',
    file: 'src/cluster/version-skew.ts',
    anchor: 'compare(from, to) > 0',
    replacement: 'compare(from, to) > Infinity',
    killers: [SKEW_TESTS],
  },
  {
    name: 'servers may pass over a minor version',
    file: 'src/cluster/version-skew.ts',
    anchor: 'minorsBetween(from, to) > 1',
    replacement: 'minorsBetween(from, to) > 2',
    killers: [SKEW_TESTS],
  },
  {
    name: 'a kubelet may be ahead of the server of the API',
    file: 'src/cluster/version-skew.ts',
    anchor: 'if (minors < 0) return',
    replacement: 'if (minors < -1) return',
    killers: [SKEW_TESTS],
  },
  {
    name: 'a node that comes is given what the lock says, and not what the others run',
    file: 'src/cluster/editions.ts',
    anchor: 'if (order !== undefined) orders.set(name, order);',
    replacement: '',
    killers: [EDITION_TESTS],
  },
  {
    name: 'a node that comes in the middle of an upgrade is ahead of servers of the API',
    file: 'src/cluster/standing-nodes.ts',
    anchor: 'return nodes.toSorted((left, right) => rankOf(left) - rankOf(right) ||',
    replacement: 'return nodes.toSorted((left, right) => rankOf(right) - rankOf(left) ||',
    killers: [EDITION_TESTS],
  },
  {
    name: 'a break ends while its node is awaited',
    file: 'src/cluster/editions.ts',
    anchor: 'hasBreak: isAwaited(node) && hasBreak(snapshot, node)',
    replacement: 'hasBreak: false && hasBreak(snapshot, node)',
    killers: [EDITION_TESTS],
  },
  {
    name: 'an asset that is still wanted makes way for another of its name',
    file: 'src/cluster/asset-places.ts',
    anchor: '(taken.has(own) ?',
    replacement: '(own.length > 1_000 ?',
    killers: [EDITION_TESTS],
  },
  {
    name: 'a machine awaits an update for ever that nobody has sent',
    file: 'src/host/update.ts',
    anchor: 'for (let due = after + 1; due <= number; due += 1) {',
    replacement: 'for (let due = Math.max(after + 1, number); due <= number; due += 1) {',
    killers: [UPDATE_TESTS],
  },
  {
    name: 'no node is left that takes pods',
    file: 'src/cluster/upgrade-steps.ts',
    anchor: 'standing.filter(takesPods).length - 1',
    replacement: 'Infinity',
    killers: [STEP_TESTS],
  },
  {
    name: 'what nobody has confirmed yet is given to a node that comes',
    file: 'src/cluster/editions.ts',
    anchor: 'standing.flatMap(({ runs }) => Object.entries(runs))',
    replacement: 'standing.flatMap((node) => Object.entries(toldTo(node)))',
    killers: [EDITION_TESTS],
  },
  {
    name: 'what an awaited node ran leaves the shelf',
    file: 'src/cluster/editions.ts',
    anchor: 'flatMap(({ assets }) => assets), ...kept, ...coming]',
    replacement: 'flatMap(({ assets }) => assets), ...(kept.length < 0 ? kept : []), ...coming]',
    killers: [EDITION_TESTS],
  },
  {
    name: 'a node is begun while another one is not ready',
    file: 'src/app/upgrade-calm.ts',
    anchor: 'if (awaited.length === 0) return;',
    replacement: 'if (awaited.length >= 0) return;',
    killers: [CALM_TESTS],
  },
];
