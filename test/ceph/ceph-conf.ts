interface Cluster {
  readonly folder: string;
  readonly fsid: string;
  readonly monitorPort: number;
  readonly gatewayPort: number;
  /** Where the packages keep their libraries. */
  readonly libraries: string;
}

/**
 * The smallest Ceph that serves S3: one monitor, one OSD that keeps everything in memory, one gateway, no manager; all
 * on loopback, and never waiting for company.
 */
export function cephConf({ folder, fsid, monitorPort, gatewayPort, libraries }: Cluster): string {
  return `
[global]
fsid = ${fsid}
mon host = v2:127.0.0.1:${monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${folder}/keyring
run dir = ${folder}
admin socket = ""
log file = ${folder}/$name.log
log to stderr = false
crash dir = ${folder}
plugin dir = ${libraries}/ceph
erasure code dir = ${libraries}/ceph/erasure-code
osd class dir = ${libraries}/rados-classes
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
[mon]
mon data = ${folder}/mon
mon cluster log file = ""
mon data avail warn = 1
mon data avail crit = 0
paxos propose interval = 0.02
paxos min wait = 0.01
[osd]
osd data = ${folder}/osd
osd objectstore = memstore
osd crush update on start = false
osd class update on start = false
[client.rgw]
rgw data = ${folder}
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw thread pool size = 32
rgw override bucket index max shards = 1
rgw dynamic resharding = false
rgw enable gc threads = false
rgw enable lc threads = false
rgw enable quota threads = false
rgw enable usage log = false
rgw run sync thread = false
rgw sts key = of-tests-only-16
rgw s3 auth use sts = true
rgw sts min session duration = 1
`;
}
