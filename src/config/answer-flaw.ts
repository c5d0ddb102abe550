import { examineClusterFile, type ClusterFileRequest } from './examine-cluster-file.ts';
import { isError } from './finding.ts';
import { type ClusterAnswers, renderClusterFile } from './render-cluster-file.ts';

/** Where an answer stands in the file. */
const PLACES: Readonly<Partial<Record<keyof ClusterAnswers, string>>> = {
  name: 'name',
  domain: 'domain',
  region: 'region',
  controlPlane: 'nodes.control-plane',
  workers: 'nodes.worker',
  storage: 'nodes.storage',
  converged: 'nodes.converged',
  from: 'access.from',
  sshPublicKey: 'access.ssh-key',
  image: 'image.id',
};

/** Stand for what has not been answered yet. */
const OTHERS: ClusterAnswers = { name: 'blog', provider: 'simulator', domain: 'blog.example.com' };

/** What is wrong with the answer to one question, in the words in which a file would be refused for it. */
export async function answerFlaw(
  answers: Partial<ClusterAnswers>,
  key: keyof ClusterAnswers,
  catalogueOf: ClusterFileRequest['catalogueOf'],
): Promise<string | undefined> {
  const { findings } = await examineClusterFile({ text: renderClusterFile({ ...OTHERS, ...answers }), catalogueOf });
  const place = PLACES[key];
  const flaw = findings.find((finding) => isError(finding) && place !== undefined && finding.path.startsWith(place));
  return flaw && [flaw.what, flaw.instead].filter(Boolean).join(' ');
}
