import { bucketArn, policy, type PolicyDocument } from '../iam/policies.ts';

/** Where the registers of the state lie; every other object is written once and never again. */
const STATE = 'state/*';

/**
 * What nobody may do in the cluster's bucket, whatever else allows it.
 *
 * | denied                              | because                                                              |
 * |-------------------------------------|----------------------------------------------------------------------|
 * | anything without TLS                | letters and the state hold secrets                                   |
 * | writing state without a condition   | two runs could overwrite each other: every write of ours names the version it replaces, or that there is none |
 * | removing state without a condition  | it is always a mistake of a hand; versions could bring it back, but a running program would not know |
 *
 * Removing versions is another action, so that the bucket can be emptied when the cluster is deleted.
 */
export function bucketPolicy(bucket: string, region: string): PolicyDocument {
  const arn = bucketArn(bucket, region);
  return policy(
    {
      Sid: 'OnlyOverTls',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'StateIsWrittenByCompareAndSwap',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `${arn}/${STATE}`,
      Condition: { Null: { 's3:if-match': 'true', 's3:if-none-match': 'true' } },
    },
    {
      Sid: 'StateIsNotRemovedByMistake',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:DeleteObject',
      Resource: `${arn}/${STATE}`,
      Condition: { Null: { 's3:if-match': 'true' } },
    },
  );
}
