import { byTests, type Mutant } from './mutant.ts';

const NODE_TESTS = byTests('test/host/node.test.ts');
const PEER_TESTS = byTests('test/host/peer.test.ts');

/** Ways to trust a machine too early, or to leave with it what it must not keep. */
export const HOST_MUTANTS: readonly Mutant[] = [
  {
    name: 'a machine is welcomed before it has said hello',
    file: 'src/host/hello.ts',
    anchor: "if (body === undefined) throw new CallError({ outcome: 'not-yet', message: 'It has not said hello.' });",
    replacement: "if (body === undefined) return { format: 1, box, keys: { sshHost: '', overlay: '' }, requests: {} };",
    killers: [NODE_TESTS],
  },
  {
    name: 'whoever says hello is welcomed',
    file: 'src/host/hello.ts',
    anchor: 'if (hello.success && hello.data.box === box) return hello.data;',
    replacement: 'if (hello.success) return hello.data;',
    killers: [NODE_TESTS],
  },
  {
    name: 'a machine that speaks for another box is not given up',
    file: 'src/host/hello.ts',
    anchor:
      "await writeOnce(mailbox, context, box, { name: LETTER.givenUp });\n  throw new CallError({ outcome: 'rejected'",
    replacement: "throw new CallError({ outcome: 'rejected'",
    killers: [NODE_TESTS],
  },
  {
    name: 'the last stage alone makes a node ready',
    file: 'src/host/node.ts',
    anchor: 'if (done.length === stages.length) return READY;',
    replacement: "if (done.includes(stages.at(-1) ?? '')) return READY;",
    killers: [NODE_TESTS],
  },
  {
    name: 'a node that has failed is waited for',
    file: 'src/host/node.ts',
    anchor:
      "if (has.has(LETTER.failed))\n    return { is: 'failed', reason: await readReport(mailbox, context, { box, letter: LETTER.failed }) };",
    replacement: '',
    killers: [NODE_TESTS],
  },
  {
    name: 'a node whose machine is gone is waited for',
    file: 'src/host/node.ts',
    anchor: "if (machine === 'gone') return {",
    replacement: "if (machine !== 'gone' && machine !== 'there') return {",
    killers: [NODE_TESTS],
  },
  {
    name: 'the secrets of the welcome stay in the mailbox',
    file: 'src/host/node.ts',
    anchor: 'if (letters.includes(LETTER.welcome)) await mailbox.remove(context, box, [LETTER.welcome]);',
    replacement: '',
    killers: [NODE_TESTS],
  },
  {
    name: 'the welcome goes before it is said whose the node is',
    file: 'src/host/node.ts',
    anchor: 'if (!letters.includes(name)) await writeOnce(mailbox, context, box, settled);',
    replacement:
      'await mailbox.remove(context, box, [LETTER.welcome]);\n    if (!letters.includes(name)) await writeOnce(mailbox, context, box, settled);',
    killers: [NODE_TESTS],
  },
  {
    name: 'a node that is ready is not recognised without its welcome',
    file: 'src/host/node.ts',
    anchor: 'if (settled !== undefined) {',
    replacement: 'if (settled !== undefined && contents.letters.includes(LETTER.welcome)) {',
    killers: [NODE_TESTS],
  },
  {
    name: 'a ready node belongs to whoever looks',
    file: 'src/host/node.ts',
    anchor: 'const settled = settledFor(contents, context);',
    replacement:
      'const settled = settledFor(contents, context) && { cluster: context.cluster, instanceId: context.instanceId };',
    killers: [NODE_TESTS],
  },
  {
    name: 'a node takes the hello of its machine with it',
    file: 'src/host/node.ts',
    anchor: '[LETTER.hello, ...lettersOfMembership(letters)]',
    replacement: 'lettersOfMembership(letters)',
    killers: [NODE_TESTS],
  },
  {
    name: 'a peer is taken off the board before its machine has left the quorum',
    file: 'src/host/peer.ts',
    anchor: 'outputs.isMember ? await leave({ mailbox, peers }, context, outputs.box) : ',
    replacement: '',
    killers: [PEER_TESTS],
  },
  {
    name: 'a peer that is gone is awaited until it has left the quorum',
    file: 'src/host/leave.ts',
    anchor: "machine === 'gone' || ",
    replacement: '',
    killers: [PEER_TESTS],
  },
  {
    name: 'a peer that stays is asked to leave for ever',
    file: 'src/host/peer.ts',
    anchor: 'if (inputs.isMember) await stay(mailbox, context, inputs.box);',
    replacement: '',
    killers: [PEER_TESTS],
  },
  {
    name: 'a peer of another machine is taken for its own',
    file: 'src/host/peer.ts',
    anchor: 'if (found === undefined || found.box !== inputs.box) return ABSENT;',
    replacement: 'if (found === undefined) return ABSENT;',
    killers: [PEER_TESTS],
  },
];
