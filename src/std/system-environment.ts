import { homedir } from 'node:os';
import type { Environment } from './environment.ts';

/** The environment of this process. */
export function systemEnvironment(): Environment {
  return { variables: process.env, home: homedir() };
}
