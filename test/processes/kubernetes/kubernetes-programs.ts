/** The folder with the programs of Kubernetes, which no registry that tests reach has; undefined: nobody has named one. */
export const KUBERNETES = process.env['BOOTSTRAP_KUBERNETES'];

/** Nobody is to believe that it was judged. */
export function sayWhatIsNotJudged(what: string): void {
  console.warn(
    `\nNOT JUDGED HERE, for BOOTSTRAP_KUBERNETES names no folder with the programs of Kubernetes: ${what}\n`,
  );
}
