import { bySimulation, byTests, type Mutant } from './mutant.ts';

const LEASE_TESTS = byTests(
  'test/state/lease.test.ts',
  'test/state/lease-keeper.test.ts',
  'test/state/state-store.test.ts',
);
const WRITE_TESTS = byTests('test/state/conditional-write.test.ts', 'test/state/contention.test.ts');
const STATE_TESTS = byTests('test/state');
const DAMAGE_TESTS = byTests('test/state/damage.test.ts', 'test/state/power-cut.test.ts');
const DIRECTORY_TESTS = byTests('test/state/directory-store.test.ts', 'test/state/object-store.test.ts');
const MOVE_TESTS = byTests('test/state/finish-move.test.ts');
const DEMAND_TESTS = byTests('test/state/demand.test.ts', 'test/simulation/demand.test.ts');

/** Ways to let two write, to forget what was written, or to believe what is damaged. */
export const STATE_MUTANTS: readonly Mutant[] = [
  {
    name: 'the head is written whatever it holds',
    file: 'src/state/head-keeper.ts',
    anchor: 'const swap = { key: HEAD_KEY, body: JSON.stringify(document), expected };',
    replacement:
      'const present = await ports.objects.readRegister(HEAD_KEY);\n  const swap = { key: HEAD_KEY, body: JSON.stringify(document), expected: expected && present?.tag };',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'the generation is not stamped on the head',
    file: 'src/state/head-keeper.ts',
    anchor:
      'const document = { ...found.document, generation, serial: found.document.serial + 1, nonce: nonces.next() };',
    replacement: 'const document = { ...found.document, serial: found.document.serial + 1, nonce: nonces.next() };',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'the lease counts from the reply',
    file: 'src/state/lease-keeper.ts',
    anchor: 'this.#validUntilMs = sentMs + document.ttlMs;',
    replacement: 'this.#validUntilMs = clock.monotonicMs() + document.ttlMs;',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'the first validity counts from the reply',
    file: 'src/state/lease-keeper.ts',
    anchor: 'this.#validUntilMs = tenure.sentMs + tenure.document.ttlMs;',
    replacement: 'this.#validUntilMs = ports.clock.monotonicMs() + tenure.document.ttlMs;',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'the heartbeat takes a refusal for a renewal',
    file: 'src/state/lease-keeper.ts',
    anchor: 'expected = this.#ownTag(found);',
    replacement: 'this.#validUntilMs = sentMs + document.ttlMs;\n      if (found !== undefined) return;',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: "somebody else's lease counts as ours",
    file: 'src/state/lease-keeper.ts',
    anchor: 'if (found !== undefined && this.#tenure.nonces.owns(found.document.nonce)) return found.tag;',
    replacement: 'if (found !== undefined) return found.tag;',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'the guard lets everything pass',
    file: 'src/state/lease-keeper.ts',
    anchor: 'this.#remainingMs() < neededMs;',
    replacement: 'this.#remainingMs() < -1e9 * neededMs;',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'a lease is stolen without waiting for it to run out',
    file: 'src/state/lease.ts',
    anchor: 'return ttlMs + callTimeoutMs + marginMs;',
    replacement: 'return (ttlMs + callTimeoutMs + marginMs) / 10;',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'a lease is stolen by the wall clock',
    file: 'src/state/lease-acquisition.ts',
    anchor: 'const unchangedMs = watch === undefined ? 0 : clock.monotonicMs() - watch.sinceMs;',
    replacement: 'const unchangedMs = watch === undefined ? 0 : clock.wallMs() - lease.document.sinceMs;',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'a living holder is taken for dead',
    file: 'src/state/lease-acquisition.ts',
    anchor: "if (await liveness.isCertainlyDead(lease.document.holder)) return 'takeover';",
    replacement: "if (!(await liveness.isCertainlyDead(lease.document.holder))) return 'takeover';",
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'the next generation is the same generation',
    file: 'src/state/lease-acquisition.ts',
    anchor: 'Math.max(lease?.document.generation ?? 0, head?.document.generation ?? 0) + leap',
    replacement: 'Math.max(lease?.document.generation ?? leap, head?.document.generation ?? leap)',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: "our own refused write counts as somebody else's",
    file: 'src/state/conditional-write.ts',
    anchor: 'if (found?.body === body) return { written: true, tag: found.tag };',
    replacement: 'if (found?.body === body) return { written: false, found };',
    killers: [WRITE_TESTS, bySimulation],
  },
  {
    name: "somebody else's register counts as our write",
    file: 'src/state/conditional-write.ts',
    anchor: 'return found?.tag === expected ? undefined : { written: false, found };',
    replacement:
      'return found === undefined || found.tag === expected ? undefined : { written: true, tag: found.tag };',
    killers: [WRITE_TESTS, bySimulation],
  },
  {
    name: "somebody else's journal object counts as ours",
    file: 'src/state/conditional-write.ts',
    anchor: 'return found === body ? { written: true } : { written: false, found };',
    replacement: 'return { written: true };',
    killers: [WRITE_TESTS, bySimulation],
  },
  {
    name: 'a conflict is the end',
    file: 'src/state/conditional-write.ts',
    anchor: "new Set(['precondition', 'conflict', 'unavailable', 'ambiguous'])",
    replacement: "new Set(['precondition', 'unavailable', 'ambiguous'])",
    killers: [WRITE_TESTS, bySimulation],
  },
  {
    name: 'bodies repeat',
    file: 'src/state/lease-keeper.ts',
    anchor:
      'const document = { ...this.#document, serial: this.serial, ...change, nonce: this.#tenure.nonces.next() };',
    replacement: 'const document = { ...this.#document, ...change, beat: 0 };',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'an entry counts as durable before it is written',
    file: 'src/state/journal-writer.ts',
    anchor: 'const { durable } = this.#next;',
    replacement:
      'const { durable: late } = this.#next;\n    late.catch(() => undefined);\n    const durable = Promise.resolve();',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'a journal object that somebody else wrote is skipped',
    file: 'src/state/journal-writer.ts',
    anchor: "if (!result.written) throw problem('state.fenced', { detail: `Another run has written ${key}.` });",
    replacement: '',
    killers: [LEASE_TESTS, bySimulation],
  },
  {
    name: 'the chain of the journal is not verified',
    file: 'src/state/journal-log.ts',
    anchor: 'if (document.previous !== tip.sha256)',
    replacement: 'if (document.previous === undefined)',
    killers: [STATE_TESTS],
  },
  {
    name: 'a gap in the journal is overlooked',
    file: 'src/state/load.ts',
    anchor: 'if (key !== expected)',
    replacement: 'if (key === undefined)',
    killers: [STATE_TESTS],
  },
  {
    name: 'a snapshot is trusted without its hash',
    file: 'src/state/load.ts',
    anchor: 'if (body === undefined || !isWhole(sha256Hex(body))) return undefined;',
    replacement: 'if (body === undefined) return undefined;',
    killers: [STATE_TESTS],
  },
  {
    name: 'a missing head counts as no state',
    file: 'src/state/head-keeper.ts',
    anchor: 'if (journal.length === 0) return undefined;',
    replacement: 'if (journal.length >= 0) return undefined;',
    killers: [LEASE_TESTS],
  },
  {
    name: 'a newer format is read as if it were ours',
    file: 'src/state/format.ts',
    anchor: 'if (format > STATE_FORMAT) {',
    replacement: 'if (format > STATE_FORMAT + 1) {',
    killers: [byTests('test/state/format.test.ts')],
  },
  {
    name: 'secrets are stored in clear',
    file: 'src/state/seal.ts',
    anchor: 'if (value instanceof Secret) return { [SEALED]: this.#encrypt(value, path) };',
    replacement: 'if (value instanceof Secret) return value.reveal();',
    killers: [byTests('test/state/seal.test.ts'), bySimulation],
  },
  {
    name: 'a sealed secret opens anywhere',
    file: 'src/state/seal.ts',
    anchor: 'return JSON.stringify([this.#options.lineage, ...path]);',
    replacement: 'return JSON.stringify([this.#options.lineage]);',
    killers: [byTests('test/state/seal.test.ts')],
  },
  {
    name: 'a register is written whatever it holds',
    file: 'src/state/directory-register.ts',
    anchor: 'if (current?.tag !== expected)',
    replacement: 'if (current === undefined && expected !== undefined)',
    killers: [DIRECTORY_TESTS],
  },
  {
    name: 'a checksum is not compared',
    file: 'src/state/checksummed.ts',
    anchor: 'return sha256Hex(body) === sha256 ? { body, sha256 } : undefined;',
    replacement: 'return { body, sha256 };',
    killers: [DAMAGE_TESTS],
  },
  {
    name: 'a name counts before its directory is on the disk',
    file: 'src/state/durable-directory.ts',
    anchor: '    await this.#sync(directory);\n  }',
    replacement: '  }',
    killers: [DAMAGE_TESTS],
  },
  {
    name: 'a writer that slept overwrites what was pruned',
    file: 'src/state/directory-register.ts',
    anchor: 'if (newest - mine >= STALE) {',
    replacement: 'if (newest < mine) {',
    killers: [DIRECTORY_TESTS],
  },
  {
    name: 'a store that lets two writers win is accepted',
    file: 'src/state/probe.ts',
    anchor: 'if (stale.won.length !== 0 || last?.tag !== second)',
    replacement: 'if (last === undefined)',
    killers: [byTests('test/state/probe.test.ts')],
  },
  {
    name: 'a step is taken again when its event is delivered again',
    file: 'src/state/demand.ts',
    anchor: 'if (known !== undefined) return { demand, decision: known };',
    replacement: '',
    killers: [DEMAND_TESTS],
  },
  {
    name: 'a step is relative to what was read first',
    file: 'src/state/demand-register.ts',
    anchor: 'if (demand === before || (await this.#swap(demand, stored, deadlineMs))) {',
    replacement:
      'if (demand === before || (await this.#swap(demand, stored, deadlineMs)) || (await this.#swap(demand, await this.#readStored(deadlineMs), deadlineMs))) {',
    killers: [DEMAND_TESTS],
  },
  {
    name: 'the cooldown is forgotten',
    file: 'src/state/demand.ts',
    anchor: 'if (restsMs > 0) return',
    replacement: 'if (restsMs > Number.MAX_VALUE) return',
    killers: [DEMAND_TESTS],
  },
  {
    name: 'the desired count is not clamped',
    file: 'src/state/demand.ts',
    anchor: 'return Math.min(max, Math.max(min, value));',
    replacement: 'return max < min ? max : value;',
    killers: [DEMAND_TESTS],
  },
  {
    name: 'the event is recorded after its effect is durable',
    file: 'src/state/demand.ts',
    anchor: 'const decisions = [...remembered, decision];',
    replacement: "const decisions = decision.result === 'accepted' ? remembered : [...remembered, decision];",
    killers: [DEMAND_TESTS],
  },
  {
    name: 'a state that is on its way is written where it was',
    file: 'src/state/departure.ts',
    anchor: 'if (departure === undefined) return;',
    replacement: 'if (departure === undefined || !departure.arrived) return;',
    killers: [MOVE_TESTS],
  },
  {
    name: 'a state that has arrived elsewhere is written where it was',
    file: 'src/state/departure.ts',
    anchor: 'if (departure === undefined) return;',
    replacement: 'if (departure === undefined || departure.arrived) return;',
    killers: [MOVE_TESTS],
  },
  {
    name: 'a head of as many moves counts as arrived',
    file: 'src/state/finish-move.ts',
    anchor: 'if (present !== undefined && present.document.moves > leaving.moves) return true;',
    replacement: 'if (present !== undefined && present.document.moves >= leaving.moves) return true;',
    killers: [MOVE_TESTS],
  },
  {
    name: 'a register that has arrived is overwritten by one that was left behind',
    file: 'src/state/finish-move.ts',
    anchor: 'if (head !== undefined && head.document.moves > leaving.moves) return;',
    replacement: '',
    killers: [MOVE_TESTS],
  },
  {
    name: 'the head arrives before what it stands for',
    file: 'src/state/finish-move.ts',
    anchor: 'await mapLimit(copied, COPIES_AT_ONCE, (key) =>',
    replacement: `const deferred = <T>(...[keys, limit, copy]: [readonly T[], number, (key: T) => Promise<void>]) =>
    void from.clock.sleep(1_000).then(() => mapLimit(keys, limit, copy)).catch(() => undefined);
  deferred(copied, COPIES_AT_ONCE, (key) =>`,
    killers: [MOVE_TESTS],
  },
  {
    name: 'arrival is noted before it has happened',
    file: 'src/state/finish-move.ts',
    anchor: 'if (await arrive(from, to, source.document)) {',
    replacement: 'await conclude(from, source, departure);\n    if (await arrive(from, to, source.document)) {',
    killers: [MOVE_TESTS],
  },
  {
    name: 'a state in the way is taken over whosever it is',
    file: 'src/state/finish-move.ts',
    anchor: 'if (head !== undefined) checkLineage(head.document.lineage, lineage);',
    replacement: 'if (head === undefined) checkLineage(lineage, lineage);',
    killers: [MOVE_TESTS],
  },
  {
    name: 'a state keeps the key of the place it has left',
    file: 'src/state/finish-move.ts',
    anchor: 'dataKey: await wrapDataKey(to.seal, leaving.lineage, { bytes, random: to.random }),',
    replacement:
      'dataKey: bytes.length === 0 ? await wrapDataKey(to.seal, leaving.lineage, { bytes, random: to.random }) : leaving.dataKey,',
    killers: [MOVE_TESTS],
  },
  {
    name: 'an incomplete journal is carried over',
    file: 'src/state/finish-move.ts',
    anchor: "if (isJournal) throw corrupt(key, 'it is listed and not there');",
    replacement: '',
    killers: [MOVE_TESTS],
  },
  {
    name: 'another journal in the way is taken for a copy',
    file: 'src/state/finish-move.ts',
    anchor: 'if (!result.written && isJournal)',
    replacement: 'if (!result.written && !isJournal)',
    killers: [MOVE_TESTS],
  },
  {
    name: 'a copy that is called counts no more than what it was copied to',
    file: 'src/state/departure.ts',
    anchor: 'moves: here.moves + 2',
    replacement: 'moves: here.moves',
    killers: [MOVE_TESTS],
  },
];
