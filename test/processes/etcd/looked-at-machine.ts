import type { EtcdMembers } from './etcd-members.ts';

/** What a machine does that is asked by SSH: it runs the script that was sent, or takes the file that was brought. */
export function behaviourOf(members: EtcdMembers, name: string, damage = 'cat'): string {
  const { root } = members.machine(name);
  const loopback = members.address(name).replace('127.0.', '127.1.');
  return `
export BOOTSTRAP_ROOT='${root}' ETCD_LOOK_PATIENCE=15 ETCD_LOOPBACK=${loopback}
export PATH='${root}/bin':"$PATH" STAND_PID=${process.pid}
if [ "\${1-}" = -c ]; then
  ${damage} "$here/$node.asked" >'${root}/var/lib/bootstrap/etcd-restore.db'
else
  sh -s -- "$@" <"$here/$node.asked"
fi
`;
}
