/** The program that runs this: for what is to run on its own. */
export function systemNode(): string {
  return process.execPath;
}
