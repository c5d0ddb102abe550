/** What lies where in a cluster's bucket, beside its state. */
export const MAILBOX = 'mailbox/';
export const ASSETS = 'assets/';
export const PEERS = 'peers.json';
/** Of etcd, by their revisions. */
export const SNAPSHOTS = 'snapshots/';
