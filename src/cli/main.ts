#!/usr/bin/env node
import { SystemTerminal } from '#std/system-terminal.ts';

/** Of package.json, where `engines` says the same. */
const NODE_MAJOR = 24;

/** Nothing but this file and the terminal is loaded before the Node is known to understand the rest. */
async function main(): Promise<void> {
  const terminal = new SystemTerminal();
  if (terminal.runtimeMajor < NODE_MAJOR) {
    terminal.errors.write(`bootstrap needs Node ${NODE_MAJOR} or newer; this is Node ${terminal.runtimeMajor}.\n`);
    return terminal.end(1);
  }
  const { codeOf } = await import('./exit-codes.ts');
  const { runProgram } = await import('./program.ts');
  const { systemWorld } = await import('./system-world.ts');
  const { VERSION } = await import('./version.ts');
  return terminal.end(codeOf(await runProgram(systemWorld(terminal), VERSION)));
}

// An older Node does not know the question: then this is the program, since nothing of ours imports it.
if (!isImported(import.meta)) await main();

function isImported({ main: isProgram }: { readonly main?: boolean }): boolean {
  return isProgram === false;
}
