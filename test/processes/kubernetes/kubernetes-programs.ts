/** The folder with the programs of Kubernetes. Without one, these tests are not begun. */
export function kubernetesPrograms(): string {
  const folder = process.env['BOOTSTRAP_KUBERNETES'];
  if (folder === undefined) throw new Error('BOOTSTRAP_KUBERNETES names the folder with the programs of Kubernetes.');
  return folder;
}
