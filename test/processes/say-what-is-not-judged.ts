/** Once, before any test: nobody is to believe that it was judged. */
export function setup(): void {
  if (process.env['BOOTSTRAP_KUBERNETES'] !== undefined) return;
  console.warn(`
NOT JUDGED HERE: the API, the nodes and the objects of Kubernetes as processes.
BOOTSTRAP_KUBERNETES names no folder with its programs.
`);
}
