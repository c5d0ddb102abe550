import type { FileFacts, Program } from '../machine-security.ts';
import type { BenchmarkItem } from './item.ts';

const NO_SECRET = 'All may read what holds no secret: keys are files of their own.';
const OTHERS_WRITE = 0o022;
const OTHERS_AT_ALL = 0o077;

/** Of each file that the pattern finds; one that is not there is nobody's to read. */
function files(
  id: string,
  of: Program,
  { at, isSecret = false, owners = ['root:root'] }: { at: RegExp; isSecret?: boolean; owners?: readonly string[] },
): BenchmarkItem {
  const trouble = ({ mode, owner, path }: FileFacts): readonly string[] => {
    const isOpen = (mode & (isSecret ? OTHERS_AT_ALL : OTHERS_WRITE)) !== 0;
    if (isOpen) return [`${path} has mode ${mode.toString(8)}`];
    return owners.includes(owner) ? [] : [`${path} is ${owner}'s`];
  };
  return {
    id,
    of,
    ...(isSecret ? {} : { otherwise: NO_SECRET }),
    instead: (machine) => machine.files.filter(({ path }) => at.test(path)).flatMap(trouble)[0],
  };
}

export const FILES: readonly BenchmarkItem[] = [
  files('1.1.1–2', 'apiserver', { at: /\/bootstrap-apiserver\.service$/ }),
  files('1.1.3–4', 'controller-manager', { at: /\/bootstrap-controller-manager\.service$/ }),
  files('1.1.5–6', 'scheduler', { at: /\/bootstrap-scheduler\.service$/ }),
  files('1.1.7–8', 'etcd', { at: /\/bootstrap-etcd\.service$/ }),
  files('1.1.9–10', 'kubelet', { at: /\/kubernetes\/cni\/./ }),
  files('1.1.11–12', 'etcd', { at: /\/bootstrap\/etcd$/, isSecret: true, owners: ['bootstrap-etcd:bootstrap-etcd'] }),
  files('1.1.15–16', 'scheduler', { at: /\/scheduler\.kubeconfig$/ }),
  files('1.1.17–18', 'controller-manager', { at: /\/controller-manager\.kubeconfig$/ }),
  files('1.1.19–20', 'apiserver', { at: /\/pki(?:\/[^/]+\.crt)?$/ }),
  files('1.1.21', 'apiserver', { at: /\/(?:pki\/[^/]+\.key|secrets\/[^/]+|encryption\.yaml)$/, isSecret: true }),
  files('4.1.1–2', 'kubelet', { at: /\/bootstrap-kubelet\.service$/ }),
  files('4.1.3–4', 'proxy', { at: /\/proxy\.kubeconfig$/ }),
  files('4.1.5–6', 'kubelet', { at: /\/kubelet\.kubeconfig$/ }),
  files('4.1.7–8', 'kubelet', { at: /\/pki\/[^/]+-ca\.crt$/ }),
  files('4.1.9–10', 'kubelet', { at: /\/kubelet\.yaml$/ }),
];
