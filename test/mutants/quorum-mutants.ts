import { byTests, type Mutant } from './mutant.ts';

const MODEL_TESTS = byTests('test/simulation/cluster/quorum/etcd-members.test.ts');
const QUORUM_TESTS = byTests('test/simulation/cluster/quorum/quorum.test.ts');
const MODEL = 'test/simulation/cluster/quorum/etcd-members.ts';

/** Ways to lose a quorum: of the program, and of the machines as they are simulated. */
export const QUORUM_MUTANTS: readonly Mutant[] = [
  {
    name: 'a machine that does its part is given up before one that does not',
    file: 'src/engine/turns.ts',
    anchor: 'missingOf(right) - missingOf(left)',
    replacement: 'missingOf(left) - missingOf(right)',
    killers: [byTests('test/engine/turns.test.ts')],
  },
  {
    name: 'the only machine of a control plane is replaced although nobody can keep what it holds',
    file: 'src/cluster/quorum-check.ts',
    anchor: 'lone === undefined || voting.length > 1 || !isExchanged(lone)',
    replacement: 'lone === undefined || voting.length > 0 || !isExchanged(lone)',
    killers: [byTests('test/cluster/quorum-check.test.ts')],
  },
  {
    name: 'what a machine said when it was asked to leave before is believed',
    file: 'src/host/leave.ts',
    anchor: 'const hasLeft = isAsked && letters.includes(LETTER.left);',
    replacement: 'const hasLeft = letters.includes(LETTER.left);',
    killers: [byTests('test/host/peer.test.ts')],
  },
  {
    name: 'two nodes of the control plane are replaced at once',
    file: 'src/cluster/machines.ts',
    anchor: 'turn: isControlPlane(role) ? QUORUM_TURN : undefined,',
    replacement: 'turn: undefined,',
    killers: [byTests('test/cluster/nodes.test.ts')],
  },
  {
    name: 'machines of a quorum are ended without having left',
    file: 'src/host/leave.ts',
    anchor: "if (machine === 'gone' || !mayVote(letters) || hasLeft) return { wasReady };",
    replacement: "if (box !== '' || machine === 'gone' || hasLeft) return { wasReady };",
    killers: [QUORUM_TESTS],
  },
  {
    name: 'that a ready member was taken off the board is forgotten',
    file: 'src/host/board-changes.ts',
    anchor: 'const isFirst = peer.wasReady === true && board.hasRetired !== true;',
    replacement: 'const isFirst = false;',
    killers: [byTests('test/host/shared-peer-board.test.ts')],
  },
  {
    name: 'those that found together take turns',
    file: 'src/engine/turns.ts',
    anchor: 'if (going.length === 0 || !members.some(hasStood)) continue;',
    replacement: 'if (going.length === 0) continue;',
    killers: [byTests('test/engine/turns.test.ts')],
  },
  {
    name: 'a member that was never complete waits for one that may need it',
    file: 'src/engine/turns.ts',
    anchor: 'if (hasStood(step)) last = ',
    replacement: 'last = ',
    killers: [byTests('test/engine/turns.test.ts')],
  },
  {
    name: 'two copies of what etcd holds go at once',
    file: MODEL,
    anchor: '(own.isLearner || !this.#hasEmptySeat(cluster, machine))',
    replacement: 'true',
    killers: [MODEL_TESTS],
  },
  {
    name: 'a seat is told to nobody when it is taken',
    file: 'src/cluster/etcd-seat.ts',
    anchor: `const { token, founders, members } = inputs;
    await peers.setSeats(context, nodesOf(members));`,
    replacement: 'const { token, founders, members } = inputs;',
    killers: [byTests('test/cluster/etcd-seat.test.ts')],
  },
  {
    name: 'a machine that has a seat and does not vote yet is ended without having left',
    file: 'src/host/leave.ts',
    anchor: "const SEATED_STAGE = 'seat';",
    replacement: "const SEATED_STAGE = 'etcd';",
    killers: [byTests('test/host/peer.test.ts')],
  },
  {
    name: 'who comes after a founder that died before anybody was ready may not found',
    file: 'src/cluster/etcd-seat.ts',
    anchor: 'return { box, isOver: false };\n}',
    replacement: 'return { ...last, isOver: true };\n}',
    killers: [QUORUM_TESTS],
  },
  {
    name: 'a learner is promoted before it has caught up',
    file: MODEL,
    anchor: '!canLearn || this.#nowMs() < member.knowsFromMs',
    replacement: '!canLearn',
    killers: [MODEL_TESTS],
  },
  {
    name: 'etcd runs before its seat is reported',
    file: 'test/simulation/cluster/quorum/etcd-machine.ts',
    anchor: 'return Math.max(seatedAtMs ?? Infinity, reportsSeatAtMs);',
    replacement: 'return seatedAtMs ?? reportsSeatAtMs;',
    killers: [MODEL_TESTS],
  },
  {
    name: 'members change without a majority',
    file: MODEL,
    anchor: 'return machine !== undefined && reaches(by, machine, this.#nowMs());',
    replacement: 'return machine !== undefined && reaches(by, by, this.#nowMs());',
    killers: [MODEL_TESTS],
  },
  {
    name: 'a learner is added before the dead member of its node is taken out',
    file: MODEL,
    anchor: 'if (predecessor !== undefined) return this.#evict(cluster, predecessor, machine);',
    replacement: 'void this.#evict;',
    killers: [MODEL_TESTS],
  },
];
