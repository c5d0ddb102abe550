#!/usr/bin/python3 -B
"""
Gives this machine a seat in etcd's cluster, when it has no data yet, and writes etcd's configuration for its first start:

  ETCD_STATE=new       one of those that found the cluster: all of ETCD_PEERS, at once, none waiting for another
  ETCD_STATE=existing  whoever had the seat before is taken out FIRST, then it is added as a learner, which has no vote

A founder without data is no founder any more when it was a voter once, or when its cluster works without it and knows
nothing of it: with an empty memory it might vote twice.
"""
import json
import os
import subprocess
import sys
from etcd_cluster import (
    CLIENT_URL, DATA, LOOPBACK, PEER_URL, PKI, QUOTA_BYTES, Refused, Waiting,
    add_learner_at, endpoints_of_others, founders, hindrance, holds_our_seat, is_healthy, list_members, patience, remove_at,
    through_any,
)
from node_basis import ADDRESS, ETC, NODE, ROOT, STATE, say, write_durably

CONFIG = f'{ETC}/etcd.yaml'
# Where systemd puts what only root may read otherwise, for this one service.
CREDENTIALS = f'{ROOT}/run/credentials/bootstrap-etcd.service'
# Until it is a voter, etcd may start without data; after that, never again.
JOINING = f'{STATE}/etcd-joining'
FOUNDED = f'{STATE}/etcd-founded'


def main():
    if os.environ.get('ETCD_STATE') == 'new' and not is_founded():
        say(f'One of {len(founders())} that found the cluster.')
        write_config(founders(), 'new')
    else:
        write_config(take_seat(Waiting(patience())), 'existing')
    write_durably(JOINING, '')


def is_founded():
    if os.path.exists(FOUNDED):
        return True
    try:
        own = [member for member in list_members(endpoints_of_others()) if PEER_URL in member.peer_urls]
    except Refused:
        return False
    # One that has a name has started before: with data that is not here.
    return not own or own[0].name != ''


def take_seat(waiting):
    """The cluster as etcd has it with us: the peer URL of each, by its name."""
    if not endpoints_of_others():
        sys.exit('There is no other member to join: what etcd held has to be restored from a snapshot.')
    while True:
        try:
            members = list_members(endpoints_of_others())
            predecessor = next((member for member in members if holds_our_seat(member)), None)
            if predecessor is None:
                return add_learner()
            reason = evict(members, predecessor)
        except Refused as refused:
            reason = str(refused)
        if reason is not None:
            waiting.pause(reason)


def add_learner():
    known = through_any(endpoints_of_others(), add_learner_at, PEER_URL)
    say('Added as a learner.')
    members = [member for member in known if member.name or PEER_URL in member.peer_urls]
    return {member.name or NODE: member.peer_urls[0] for member in members}


def evict(members, predecessor):
    """Why it cannot be done now; None when it is done."""
    elsewhere = [url for url in predecessor.client_urls if url != CLIENT_URL]
    if any(is_healthy(url) for url in elsewhere):
        return f'another machine is {NODE}, and alive at {elsewhere[0]}'
    reason = hindrance(members, predecessor)
    if reason is not None:
        return f'{predecessor.label} cannot be taken out: {reason}'
    through_any(endpoints_of_others(), remove_at, predecessor.id)
    say(f'Taken out: {predecessor.label} ({predecessor.id}), who had this seat before.')
    return None


def write_config(cluster, state):
    tls = {
        'cert-file': f'{PKI}/etcd.crt',
        'key-file': f'{CREDENTIALS}/etcd.key',
        'trusted-ca-file': f'{PKI}/etcd-ca.crt',
        'client-cert-auth': True,
    }
    heartbeat = heartbeat_ms()
    config = {
        'name': NODE,
        'data-dir': DATA,
        'listen-peer-urls': PEER_URL,
        'listen-client-urls': f'{CLIENT_URL},https://{LOOPBACK}:2379',
        'listen-metrics-urls': f'http://{LOOPBACK}:2381',
        'initial-advertise-peer-urls': PEER_URL,
        'advertise-client-urls': CLIENT_URL,
        'initial-cluster': ','.join(f'{name}={url}' for name, url in sorted(cluster.items())),
        'initial-cluster-state': state,
        'initial-cluster-token': os.environ['ETCD_TOKEN'],
        'client-transport-security': tls,
        'peer-transport-security': tls,
        'tls-min-version': 'TLS1.2',
        'heartbeat-interval': heartbeat,
        'election-timeout': 10 * heartbeat,
        'strict-reconfig-check': True,
        'auto-compaction-mode': 'periodic',
        'auto-compaction-retention': '1h',
        'quota-backend-bytes': QUOTA_BYTES,
        'logger': 'zap',
        'log-outputs': ['stderr'],
    }
    # What is JSON is YAML, too.
    lines = [f'{key}: {json.dumps(value)}\n' for key, value in config.items()]
    write_durably(CONFIG, f'# Written by etcd-seat.py for {NODE} at {ADDRESS}.\n{"".join(lines)}')


def heartbeat_ms():
    """Calm enough for two regions; where processors are emulated, four times as calm."""
    try:
        kind = subprocess.run(['systemd-detect-virt', '--vm'], capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        kind = 'unknown'
    return 1000 if kind == 'qemu' else 250


if __name__ == '__main__':
    main()
