import { byTests, type Mutant } from './mutant.ts';

const SERVICE_TESTS = byTests('test/providers/aws/service.test.ts');
const BUCKET_TESTS = byTests('test/providers/aws/s3/bucket.test.ts');
const LISTING_TESTS = byTests('test/providers/aws/shared-listing.test.ts');
const STORE_TESTS = byTests('test/providers/aws/s3/bucket-store.test.ts');
const STORE_ERROR_TESTS = byTests('test/providers/aws/s3/store-errors.test.ts');
const MAILBOX_TESTS = byTests('test/providers/aws/s3/bucket-mailbox.test.ts');
const KEY_TESTS = byTests('test/providers/aws/kms/key.test.ts');
const KMS_TESTS = byTests('test/providers/aws/kms/kms-key.test.ts');
const ZONE_TESTS = byTests('test/providers/aws/route53/zone-and-records.test.ts');
const BATCH_TESTS = byTests('test/providers/aws/route53/record-batches.test.ts');
const PROBLEM_TESTS = byTests('test/providers/aws/problems.test.ts');
const IDENTITY_TESTS = byTests('test/providers/aws/iam/identities.test.ts');
const DOCUMENT_TESTS = byTests('test/providers/aws/iam/document-text.test.ts');

/** Ways to misread AWS, to take what is not ours, or to leave something behind. */
export const PROVIDER_MUTANTS: readonly Mutant[] = [
  {
    name: 'what a request needs and does not see is taken for absent',
    file: 'providers/aws/service.ts',
    anchor: "this.#send(command, signal, 'not-yet')",
    replacement: 'this.#send(command, signal)',
    killers: [SERVICE_TESTS],
  },
  {
    name: 'what is gone is waited for before it is removed',
    file: 'providers/aws/service.ts',
    anchor: 'return context.mutate(this.#call(purpose, command), (signal) => this.#send(command, signal));',
    replacement: 'return this.mutate(context, purpose, command);',
    killers: [SERVICE_TESTS],
  },
  {
    name: 'only the first page of a listing is read',
    file: 'providers/aws/every-page.ts',
    anchor: 'after = next;',
    replacement: 'after = next && undefined;',
    killers: [LISTING_TESTS],
  },
  {
    name: 'who comes late is given an answer from before the question',
    file: 'providers/aws/shared-listing.ts',
    anchor: '        close();\n        return request(signalOfCall);',
    replacement: '        return request(signalOfCall);',
    killers: [LISTING_TESTS],
  },
  {
    name: 'a listing fails for all when one of them leaves',
    file: 'providers/aws/shared-listing.ts',
    anchor: 'if (round.signal.aborted && !context.signal.aborted) return this.ask(context, key, query);',
    replacement: '',
    killers: [LISTING_TESTS],
  },
  {
    name: 'listings of different questions are mixed up',
    file: 'providers/aws/shared-listing.ts',
    anchor: 'const queue = this.#queues.get(key) ??',
    replacement: 'const queue = [...this.#queues.values()][0] ??',
    killers: [LISTING_TESTS],
  },
  {
    name: 'a register is written whatever the bucket holds',
    file: 'providers/aws/s3/bucket-store.ts',
    anchor: '{ IfMatch: expected }',
    replacement: '{}',
    killers: [STORE_TESTS],
  },
  {
    name: 'an object of the state is written over',
    file: 'providers/aws/s3/bucket-store.ts',
    anchor: "await this.#write(key, body, { IfNoneMatch: '*' });",
    replacement: 'await this.#write(key, body, {});',
    killers: [STORE_TESTS],
  },
  {
    name: 'a read of the state that finds nothing is believed',
    file: 'providers/aws/s3/bucket-store.ts',
    anchor: 'await this.#confirmMissing(key);\n      return undefined;',
    replacement: 'return undefined;',
    killers: [byTests('test/providers/aws/s3/young-bucket.test.ts')],
  },
  {
    name: 'state is removed that was written meanwhile',
    file: 'providers/aws/s3/bucket-store.ts',
    anchor: '{ ...place, IfMatch: ETag }',
    replacement: '{ ...place }',
    killers: [STORE_TESTS],
  },
  {
    name: 'a listing of the state ends at its first page',
    file: 'providers/aws/s3/bucket-store.ts',
    anchor: 'return { items, next: page.NextContinuationToken };',
    replacement: 'return { items, next: undefined };',
    killers: [STORE_TESTS],
  },
  {
    name: 'a write of the state is awaited for ever',
    file: 'providers/aws/s3/bucket-store.ts',
    anchor: 'return await Promise.race([request({ abortSignal: tooLate.signal }), cut]);',
    replacement: 'cut.catch(() => undefined);\n      return await request({ abortSignal: answered.signal });',
    killers: [STORE_TESTS],
  },
  {
    name: 'a conflict of two writes counts as a lost condition',
    file: 'providers/aws/s3/store-errors.ts',
    anchor: "['ConditionalRequestConflict', 'conflict'],",
    replacement: "['ConditionalRequestConflict', 'precondition'],",
    killers: [STORE_ERROR_TESTS],
  },
  {
    name: 'a write without an answer counts as refused',
    file: 'providers/aws/s3/store-errors.ts',
    anchor: "return 'ambiguous';",
    replacement: "return 'denied';",
    killers: [STORE_ERROR_TESTS],
  },
  {
    name: 'a letter is written over',
    file: 'providers/aws/s3/bucket-mailbox.ts',
    anchor: ", IfNoneMatch: '*' }",
    replacement: ' }',
    killers: [MAILBOX_TESTS],
  },
  {
    name: 'a box is read by how its name begins',
    file: 'providers/aws/s3/bucket-mailbox.ts',
    anchor: "const [box = '', letter = ''] = key.slice(MAILBOX.length).split('/');",
    replacement:
      "const [box = '', letter = ''] = key.slice(MAILBOX.length).replace(/^(token-1).*\\//, '$1/').split('/');",
    killers: [MAILBOX_TESTS],
  },
  {
    name: 'a bucket is made without its mark',
    file: 'providers/aws/s3/bucket.ts',
    anchor: '{ ...place, Tags: ownerTags(context) }',
    replacement: '{ ...place }',
    killers: [BUCKET_TESTS],
  },
  {
    name: 'the bucket is left open',
    file: 'providers/aws/s3/bucket.ts',
    anchor: 'if (observed.isClosed !== wanted.isClosed) {',
    replacement: 'if (observed.isClosed !== wanted.isClosed && observed.isVersioned) {',
    killers: [BUCKET_TESTS],
  },
  {
    name: 'what is left of removed objects stays in the bucket',
    file: 'providers/aws/s3/empty-bucket.ts',
    anchor: '[...Versions, ...DeleteMarkers]',
    replacement: '[...Versions]',
    killers: [BUCKET_TESTS],
  },
  {
    name: 'a bucket without our mark counts as ours',
    file: 'providers/aws/s3/marked-buckets.ts',
    anchor: 'ownerOf(Tags)?.cluster === context.cluster',
    replacement: "ownerOf(Tags)?.cluster !== ''",
    killers: [BUCKET_TESTS],
  },
  {
    name: 'a key counts as gone without being scheduled for deletion',
    file: 'providers/aws/kms/key.ts',
    anchor: "await kms.remove(context, 'schedule the deletion of the key', command);",
    replacement: 'scheduled.add(command);',
    killers: [KEY_TESTS],
  },
  {
    name: 'a key that is pending deletion counts as there',
    file: 'providers/aws/kms/key.ts',
    anchor: "KeyState === 'PendingDeletion' || KeyState === 'PendingReplicaDeletion'",
    replacement: "KeyState === 'PendingReplicaDeletion'",
    killers: [KEY_TESTS],
  },
  {
    name: 'keys of other clusters count as ours',
    file: 'providers/aws/kms/marked-keys.ts',
    anchor: 'owner?.cluster === context.cluster ?',
    replacement: 'owner !== undefined ?',
    killers: [KEY_TESTS],
  },
  {
    name: 'a data key is bound to no cluster',
    file: 'providers/aws/kms/kms-key.ts',
    anchor: "{ 'bootstrap:cluster': lineage }",
    replacement: "{ 'bootstrap:cluster': typeof lineage }",
    killers: [KMS_TESTS],
  },
  {
    name: 'whatever key wrapped it, a data key opens',
    file: 'providers/aws/kms/kms-key.ts',
    anchor: 'new DecryptCommand({ KeyId, CiphertextBlob,',
    replacement: 'new DecryptCommand({ CiphertextBlob,',
    killers: [KMS_TESTS],
  },
  {
    name: 'a young key counts as missing',
    file: 'providers/aws/kms/kms-key.ts',
    anchor: "if (!isRejected(error, 'absent') || clock.monotonicMs() >= giveUpAtMs)",
    replacement: 'if (giveUpAtMs > 0)',
    killers: [KMS_TESTS],
  },
  {
    name: 'a record that somebody put there is taken over',
    file: 'providers/aws/route53/record.ts',
    anchor: '(last !== undefined || sameValue(outputs, wanted))',
    replacement: '(last !== undefined || sameValue(outputs, outputs))',
    killers: [ZONE_TESTS],
  },
  {
    name: 'a record is removed by what was asked, not by what it says',
    file: 'providers/aws/route53/record.ts',
    anchor: 'ResourceRecordSet: found });',
    replacement: 'ResourceRecordSet: toSent(observed) });',
    killers: [ZONE_TESTS],
  },
  {
    name: 'a refusal of a record is not looked into',
    file: 'providers/aws/route53/record.ts',
    anchor: "if (!isRejected(error, 'invalid') || (await findRecord(aws, context, inputs)) === undefined) throw error;",
    replacement: 'if (error !== undefined) throw error;',
    killers: [ZONE_TESTS],
  },
  {
    name: 'zones of other clusters count as ours',
    file: 'providers/aws/route53/zones.ts',
    anchor: 'return owner?.cluster === context.cluster ? [{ owner, zone }] : [];',
    replacement: 'return owner !== undefined ? [{ owner, zone }] : [];',
    killers: [ZONE_TESTS],
  },
  {
    name: 'a zone is made under another reference each time',
    file: 'providers/aws/route53/zones.ts',
    anchor: "return [MARK, cluster, instanceId].join(':');",
    replacement: "return [MARK, cluster, instanceId, Math.random()].join(':');",
    killers: [ZONE_TESTS],
  },
  {
    name: 'what others put into a zone stays in its way',
    file: 'providers/aws/route53/zone.ts',
    anchor: 'await emptyZone(aws, context, outputs);',
    replacement: '',
    killers: [ZONE_TESTS],
  },
  {
    name: 'a zone has two writers at once',
    file: 'providers/aws/route53/record-batches.ts',
    anchor: 'await this.#settle(zoneId, batch);\n    this.#waiting',
    replacement: 'this.#settle(zoneId, batch);\n    this.#waiting',
    killers: [BATCH_TESTS],
  },
  {
    name: 'one refused change fails all that travel with it',
    file: 'providers/aws/route53/record-batches.ts',
    anchor: "if (batch.length === 1 || !isRejected(error, 'invalid')) {",
    replacement: "if (batch.length >= 1 || !isRejected(error, 'invalid')) {",
    killers: [BATCH_TESTS],
  },
  {
    name: 'a batch is larger than Route 53 takes',
    file: 'providers/aws/route53/record-batches.ts',
    anchor: "const times = Action === 'UPSERT' ? 2 : 1;",
    replacement: "const times = Action === 'UPSERT' ? 1 : 1;",
    killers: [BATCH_TESTS],
  },
  {
    name: 'a server error counts as refused',
    file: 'providers/aws/problems.ts',
    anchor: "return status >= 500 ? 'ambiguous' :",
    replacement: "return status >= 500 ? 'invalid' :",
    killers: [PROBLEM_TESTS],
  },
  {
    name: 'a reset counts as refused',
    file: 'providers/aws/problems.ts',
    anchor: "return code !== undefined || '$metadata' in error ? 'ambiguous' : undefined;",
    replacement: "return code !== undefined || '$metadata' in error ? 'invalid' : undefined;",
    killers: [PROBLEM_TESTS],
  },
  {
    name: 'a fresh instance profile counts as a wrong parameter',
    file: 'providers/aws/problems.ts',
    anchor: "if (isAwaitingProfile(name, message)) return 'not-yet';",
    replacement: '',
    killers: [PROBLEM_TESTS],
  },
  {
    name: 'a role is kept in what others attached to it',
    file: 'providers/aws/iam/role.ts',
    anchor: 'await removePolicies({ iam }, context, name);',
    replacement: '',
    killers: [IDENTITY_TESTS],
  },
  {
    name: 'documents are compared by their spelling',
    file: 'providers/aws/iam/document-text.ts',
    anchor: 'return canonicalJson(withoutSpelling(document));',
    replacement: 'return canonicalJson(document);',
    killers: [DOCUMENT_TESTS],
  },
];
