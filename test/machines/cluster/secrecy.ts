import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CONTROL_PLANES, NODES, type SharedCluster } from './shared-cluster.ts';
import { stateSecrets } from './state-secrets.ts';

const USER_DATA_BYTES_MAX = 4_096;
/** Where anything that is written on a machine would lie. */
const PLACES = '/boot /etc /home /opt /root /srv /tmp /usr/local /var';
/** The list that a machine itself goes by: a role, and what it has a certificate for. */
const PURPOSES = new URL('../../../cloud-init/node/purposes', import.meta.url);
/** No shorter one can be looked for. */
const SECRET_LENGTH_LEAST = 16;

export function secrecyChecks(cluster: SharedCluster): void {
  test('tells no machine a secret before it has said who it is', async () => {
    const secrets = await stateSecrets(cluster);
    // The shared key of the overlay, the key of etcd's authority, and perhaps more by now.
    expect(secrets.length).toBeGreaterThanOrEqual(2);
    await cluster.everywhere(NODES, async (node) => {
      const userData = await cluster.on(node, 'cat /var/lib/cloud/instance/user-data.txt');
      expect(Buffer.byteLength(userData)).toBeLessThanOrEqual(USER_DATA_BYTES_MAX);
      expect(userData).toContain('BUNDLE=');
      for (const secret of secrets) expect(userData.includes(secret)).toBe(false);
      expect(userData).not.toMatch(/PRIVATE KEY/);
    });
  });

  test('has no secret on its disks but where only root reads it', async () => {
    const lines = (await stateSecrets(cluster)).map(longestLine);
    expect(lines.every((line) => line.length >= SECRET_LENGTH_LEAST)).toBe(true);
    const wanted = Buffer.from(`${lines.join('\n')}\n`).toString('base64');
    // What is looked for lies in memory alone, and not as it would be found.
    const look = `echo ${wanted} | base64 -d > /run/looked-for; grep -rslF -f /run/looked-for ${PLACES}; rm /run/looked-for`;
    await cluster.everywhere(NODES, async (node) => {
      expect(linesOf(await cluster.on(node, look))).toEqual(['/etc/bootstrap/secrets/overlay-psk']);
      const begins = `grep -rsl -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' ${PLACES} || true`;
      expect(linesOf(await cluster.on(node, begins)).toSorted()).toEqual(await keysOf(node));
      const guarded = `find /etc/bootstrap -type f \\( -name '*.key' -o -path '*/secrets/*' \\) -printf '%m %u %g\\n' | sort -u`;
      expect(linesOf(await cluster.on(node, guarded))).toEqual(['600 root root']);
    });
  });
}

/** The private keys that a machine has made, and that nobody else has. */
async function keysOf(node: string): Promise<readonly string[]> {
  const role = CONTROL_PLANES.includes(node) ? 'control-plane' : 'worker';
  const rows = linesOf(await readFile(PURPOSES, 'utf8')).map((line) => line.split(' '));
  const purposes = rows.find(([of]) => of === role)?.slice(1) ?? [];
  expect(purposes).not.toEqual([]);
  const keys = purposes.map((purpose) => `/etc/bootstrap/pki/${purpose}.key`);
  return [...keys, '/etc/ssh/ssh_host_ed25519_key'].toSorted();
}

/** Of a key in armour the one that is nobody else's, as good as any. */
function longestLine(secret: string): string {
  const [longest = ''] = secret.split('\n').toSorted((left, right) => right.length - left.length);
  return longest;
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
