import type { UserDataSpec } from '#cloud-init/user-data.ts';
import type { AppPorts } from './ports.ts';

/** What machines are told whose mailbox is in a bucket, as this program brings it. */
export async function bucketUserData({
  ports: { files },
}: {
  readonly ports: Pick<AppPorts, 'files'>;
}): Promise<(words: Pick<UserDataSpec, 'stub' | 'mailbox' | 'role'>) => string> {
  const [{ renderUserData }, { readBucketStub }, { readNodeBundle }] = await Promise.all([
    import('#cloud-init/user-data.ts'),
    import('#cloud-init/node-stub.ts'),
    import('#cloud-init/node-bundle.ts'),
  ]);
  const [script, { sha256: bundle }] = await Promise.all([readBucketStub(files), readNodeBundle(files)]);
  // EC2 tells a machine whose keys open SSH on it.
  return (words) => renderUserData({ script, bundle, sshKeys: [], ...words });
}
