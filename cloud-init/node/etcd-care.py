#!/usr/bin/python3 -B
"""
What the leader of etcd does for the others, one step for each in a round: promotes learners that have caught up, takes
out members whose node has gone from the list of peers, and gives back disk space that is no longer used.
"""
import json
import os
import sys
import time
from urllib.parse import urlsplit
from etcd_cluster import (
    LOCAL_URL, NODE, RUN, STATE, Refused,
    ask, etcdctl, healthy_endpoints, hindrance, members_of, say, voters, write_durably,
)

PEERS = f'{STATE}/peers.json'
# Touched whenever the mailbox has confirmed the list of peers.
CONFIRMED = f'{RUN}/peers-confirmed'
CONFIRMED_SECONDS = 120
STRANGERS = f'{RUN}/etcd-strangers.json'
ROUNDS = 2
# Touched whenever somebody has looked for space to give back.
SPACE_SEEN = f'{RUN}/etcd-space-seen'
SPACE_SECONDS = 300
DEFRAGMENT_BYTES = int(os.environ.get('ETCD_DEFRAGMENT_BYTES', str(100 * 2**20)))


def main():
    # Somebody has just found that it leads: so it listens.
    members = members_of(ask([LOCAL_URL], 'member', 'list'))
    for step in (promote_learners, take_out_strangers, defragment_one):
        try:
            step(members)
        except Refused as refused:
            say(f'Not in this round: {refused}')


def promote_learners(members):
    for learner in members:
        if learner.is_learner and learner.name:
            try:
                etcdctl([LOCAL_URL], 'member', 'promote', learner.id)
                say(f'Promoted: {learner.label}')
            except Refused as refused:
                say(f'{learner.label} stays a learner: {refused}')


def take_out_strangers(members):
    known = nodes_on_the_list()
    if known is None:
        return
    rounds = read_json(STRANGERS) or {}
    strangers = {member.id: rounds.get(member.id, 0) + 1 for member in members if is_stranger(member, known)}
    write_durably(STRANGERS, json.dumps(strangers))
    due = [member for member in members if strangers.get(member.id, 0) >= ROUNDS]
    for member in due:
        reason = hindrance(members, member)
        if reason is None:
            etcdctl([LOCAL_URL], 'member', 'remove', member.id)
            say(f'Taken out: {member.label} ({member.id}), which is on the list of peers no more.')
            # One in a round: after it the others are counted anew.
            return
        say(f'{member.label} is on the list of peers no more, but stays: {reason}')


def nodes_on_the_list():
    """By name and by address. None: nobody has confirmed the list lately, or it does not even name this node."""
    try:
        age = time.time() - os.stat(CONFIRMED).st_mtime
    except FileNotFoundError:
        return None
    peers = (read_json(PEERS) or {}).get('peers', [])
    names = {peer['node'] for peer in peers}
    if age > CONFIRMED_SECONDS or NODE not in names:
        return None
    return names | {peer['overlayAddress'] for peer in peers}


def is_stranger(member, known):
    # One that has never started has no name yet, but its node has an address.
    sign = member.name or urlsplit(member.peer_urls[0]).hostname
    return sign not in known


def defragment_one(members):
    """Its member answers nothing meanwhile: so one at a time, only when all are well, and the leader last."""
    if time.time() - modified(SPACE_SEEN) < SPACE_SECONDS:
        return
    write_durably(SPACE_SEEN, '')
    voting = voters(members)
    endpoints = [member.client_urls[0] for member in voting if member.client_urls]
    wasteful = [status for status in ask(endpoints, 'endpoint', 'status') if is_wasteful(status['Status'])]
    if not wasteful or len(healthy_endpoints(endpoints)) < len(voting):
        return
    status = min(wasteful, key=lambda status: is_leader(status['Status']))
    etcdctl([status['Endpoint']], 'defrag', seconds=60)
    say(f'Defragmented: {status["Endpoint"]}, of {status["Status"]["dbSize"]} bytes.')


def is_wasteful(status):
    size, used = status['dbSize'], status.get('dbSizeInUse', 0)
    return size >= DEFRAGMENT_BYTES and size - used > size / 2


def is_leader(status):
    return status['leader'] == status['header']['member_id']


def modified(path):
    return os.stat(path).st_mtime if os.path.exists(path) else 0


def read_json(path):
    try:
        with open(path, encoding='utf-8') as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


if __name__ == '__main__':
    try:
        main()
    except Refused as refused:
        sys.exit(f'Nothing in this round: {refused}')
