import { installMoto } from './moto-server.ts';

/** Once, before any test: so that none waits for another's installation. */
export async function setup(): Promise<void> {
  await installMoto();
}
