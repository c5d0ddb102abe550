import { byTests, type Mutant } from './mutant.ts';

const REQUEST_TESTS = byTests('test/pki/request.test.ts');
const LEAF_TESTS = byTests('test/pki/leaf.test.ts');
const CERTIFICATE_TESTS = byTests('test/cluster/node-certificate.test.ts');
const KEY_TESTS = byTests('test/std/key-pair.test.ts');

const REQUEST = 'src/pki/request.ts';
const LEAF = 'src/pki/leaf.ts';
const TEXT = 'src/pki/certificate-text.ts';
const CERTIFICATE = 'src/cluster/node-certificate.ts';
const TRUST = 'src/cluster/trust.ts';
const ROTATION = 'src/cluster/rotation.ts';
const TRUST_TESTS = byTests('test/cluster/trust.test.ts');
const ROTATION_TESTS = byTests('test/cluster/rotation.test.ts');

/** Ways to believe a machine too much, or to make others believe it too much. */
export const PKI_MUTANTS: readonly Mutant[] = [
  {
    name: 'a machine from before there was a purpose is given up',
    file: CERTIFICATE,
    anchor: 'if (pem === undefined && ifAsked === true) return undefined;',
    replacement: '',
    killers: [CERTIFICATE_TESTS],
  },
  {
    name: 'a machine is sent what it did not ask for',
    file: 'src/host/renewal.ts',
    anchor: "certificate === '' ? [] : ",
    replacement: '',
    killers: [byTests('test/host/node.test.ts')],
  },
  {
    name: 'a certificate request need not be signed by its key',
    file: REQUEST,
    anchor: 'if (!isUsual || !hasSigned(publicKey, parts.signed, parts.signature))',
    replacement: 'if (!isUsual)',
    killers: [REQUEST_TESTS],
  },
  {
    name: 'a certificate request may name any signature algorithm',
    file: REQUEST,
    anchor: 'if (!isUsual || !hasSigned',
    replacement: 'if (!hasSigned',
    killers: [REQUEST_TESTS],
  },
  {
    name: 'a certificate request may ask for extensions',
    file: REQUEST,
    anchor: "if (parts.attributes.length > 0) return { refused: 'asks for attributes or extensions' };",
    replacement: '',
    killers: [REQUEST_TESTS],
  },
  {
    name: 'a certificate request may be of any version',
    file: REQUEST,
    anchor: '!VERSION.equals(version.whole) || ',
    replacement: '',
    killers: [REQUEST_TESTS],
  },
  {
    name: 'a certificate request may have something behind it',
    file: REQUEST,
    anchor: ' && more.length === 0 ? value',
    replacement: ' ? value',
    killers: [REQUEST_TESTS],
  },
  {
    name: 'a certificate request may have more parts than it should',
    file: REQUEST,
    anchor: 'values?.length === tags.length && values.every(({ tag }, index) => tag === tags[index])',
    replacement: 'values !== undefined && tags.every((tag, index) => tag === values[index]?.tag)',
    killers: [REQUEST_TESTS],
  },
  {
    name: 'a name in a certificate request may be any text',
    file: REQUEST,
    anchor: 'const PLAIN = /^[A-Za-z0-9._-]{1,64}$/;',
    replacement: 'const PLAIN = /^/;',
    killers: [REQUEST_TESTS],
  },
  {
    name: 'lengths may be spelled in more than one way',
    file: 'src/std/der.ts',
    anchor: 'lengthOf(length).length !== head - 1 || ',
    replacement: '',
    killers: [REQUEST_TESTS],
  },
  {
    name: 'a machine may ask in the name of another box',
    file: CERTIFICATE,
    anchor: 'if (request.commonName !== box) return',
    replacement: 'if (request.commonName === box) request; else if (box.length === 0) return',
    killers: [CERTIFICATE_TESTS],
  },
  {
    name: 'a certificate is not renewed',
    file: 'src/pki/life.ts',
    anchor: 'return notAfterMs - nowMs < (notAfterMs - notBeforeMs) / 3;',
    replacement: 'return notAfterMs < 0 * nowMs * notBeforeMs;',
    killers: [CERTIFICATE_TESTS],
  },
  {
    name: 'what was renewed is forgotten before it is in the state',
    file: CERTIFICATE,
    anchor: 'session.reissued.set(instanceId, reissued);',
    replacement: 'session.reissued.delete(instanceId);',
    killers: [CERTIFICATE_TESTS],
  },
  {
    name: 'a certificate by an earlier authority is kept',
    file: CERTIFICATE,
    anchor: ' && hasIssued(inputs.authority, certificate)',
    replacement: ' && (hasIssued(inputs.authority, certificate) || inputs.box.length > 0)',
    killers: [CERTIFICATE_TESTS],
  },
  {
    name: 'an authority that has expired is heard by the kind',
    file: CERTIFICATE,
    anchor: 'if (certificateFacts(inputs.authority).notAfterMs <= nowMs)',
    replacement: 'if (certificateFacts(inputs.authority).notAfterMs < 0)',
    killers: [CERTIFICATE_TESTS],
  },
  {
    name: 'any key signs for any authority',
    file: LEAF,
    anchor:
      "assert(Buffer.from(key.publicKey).equals(issuer.publicKey), 'an authority signs with the key of its certificate');",
    replacement: '',
    killers: [LEAF_TESTS],
  },
  {
    name: 'a leaf outlives its authority',
    file: LEAF,
    anchor: 'Math.min(nowMs + order.lifeDays * DAY_MS, issuer.notAfterMs)',
    replacement: 'nowMs + order.lifeDays * DAY_MS',
    killers: [LEAF_TESTS],
  },
  {
    name: 'no clock may be behind',
    file: 'src/pki/life.ts',
    anchor: 'SKEW_MS = 300_000',
    replacement: 'SKEW_MS = 0',
    killers: [LEAF_TESTS],
  },
  {
    name: 'every certificate has a small number',
    file: 'src/pki/life.ts',
    anchor: 'const SERIAL_BYTES = 16;',
    replacement: 'const SERIAL_BYTES = 4;',
    killers: [LEAF_TESTS],
  },
  {
    name: 'a leaf does for servers and for clients, whatever was ordered',
    file: TEXT,
    anchor: 'sequence(...usages.map((usage) => objectIdentifier(USAGES[usage])))',
    replacement: 'sequence(...[usages, ...Object.values(USAGES)].slice(1).map((id) => objectIdentifier(String(id))))',
    killers: [LEAF_TESTS],
  },
  {
    name: 'a leaf may sign further certificates',
    file: TEXT,
    anchor: 'bitString(Buffer.from([0b1000_0000]), 7)',
    replacement: 'bitString(Buffer.from([0b1000_0100]), 2)',
    killers: [LEAF_TESTS],
  },
  {
    name: 'an authority may make further authorities',
    file: TEXT,
    anchor: 'sequence(yes(), noFurther)',
    replacement: 'sequence(yes())',
    killers: [LEAF_TESTS],
  },
  {
    name: 'machines show what a new authority has signed before all believe it',
    file: TRUST,
    anchor: "return isConfirmed ? 'sign' : 'introduce';",
    replacement: "return isConfirmed || phase === 'introduce' ? 'sign' : 'introduce';",
    killers: [TRUST_TESTS],
  },
  {
    name: 'a new authority signs as soon as it is there',
    file: TRUST,
    anchor: 'return { believed: there, signs: oldest, phase };',
    replacement: 'return { believed: there, signs: Math.max(oldest, newest), phase };',
    killers: [TRUST_TESTS],
  },
  {
    name: 'an old authority is dropped before all have confirmed that they can do without it',
    file: TRUST,
    anchor: "return isConfirmed ? 'forget' : 'sign';",
    replacement: "return isConfirmed || phase === 'sign' ? 'forget' : 'sign';",
    killers: [TRUST_TESTS],
  },
  {
    name: 'a rotation that is under way begins again',
    file: TRUST,
    anchor: "if (rotation !== undefined) return { believed: [newest], signs: newest, phase: 'end' };",
    replacement: "if (rotation !== undefined && !begins) return { believed: [newest], signs: newest, phase: 'end' };",
    killers: [TRUST_TESTS],
  },
  {
    name: 'one machine that confirms speaks for all',
    file: ROTATION,
    anchor: 'if (waits.length === 0) return READY;',
    replacement: 'if (waits.length < of || of === 0) return READY;',
    killers: [ROTATION_TESTS],
  },
  {
    name: 'a machine that was told nothing counts as one that has confirmed',
    file: ROTATION,
    anchor: 'if (untold.length === 0) return;',
    replacement: 'if (untold.length >= 0) return;',
    killers: [ROTATION_TESTS],
  },
  {
    name: 'what was confirmed of an earlier letter counts for the next',
    file: 'src/host/renewal.ts',
    anchor: 'for (let taken = last; taken >= number; taken -= 1) {',
    replacement: 'for (let taken = last; taken >= number - 1; taken -= 1) {',
    killers: [ROTATION_TESTS],
  },
  {
    name: 'certificates that a machine has refused count as delivered',
    file: 'src/host/renewal.ts',
    anchor: "if (answerTo(letters, renewals) === 'refused') return { renewals, delivered: {} };",
    replacement: '',
    killers: [byTests('test/host/node.test.ts'), ROTATION_TESTS],
  },
  {
    name: 'the keys drawn may be none at all',
    file: 'src/std/key-pair.ts',
    anchor: '% (P256_ORDER - 1n)) + 1n',
    replacement: '% P256_ORDER)',
    killers: [KEY_TESTS],
  },
];
