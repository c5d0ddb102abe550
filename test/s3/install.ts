import { cephPackages } from '../ceph/radosgw.ts';
import { installMoto } from '../moto/moto-server.ts';
import { carelessMoto } from './careless-moto.ts';

/** Once, before any test: so that none waits for another's installation. */
export async function setup(): Promise<void> {
  const startMs = performance.now();
  await Promise.all([cephPackages('trixie'), cephPackages('forky'), installMoto(), carelessMoto()]);
  console.log(`Ceph of Debian 13 and testing, and moto: there after ${Math.round(performance.now() - startMs)} ms`);
}
