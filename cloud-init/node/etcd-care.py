#!/usr/bin/python3 -B
"""
Every few seconds on each member of etcd: it leaves when it was asked to, and starts etcd again when that is to believe others.
Whoever leads looks after the others, one step for each in a round: it promotes learners that have caught up, takes out members
whose node has gone from the list of peers or that never start, gives back disk space that is no longer used, before there is none
left and after it, and sees to snapshots.
"""
import json
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit
from etcd_belief import believe_anew
from etcd_cluster import (
    LEAVING, LOCAL_URL, Refused,
    hindrance, members_at, promote_at, remove_at, status_of,
)
from etcd_snapshot import SnapshotSender
from etcd_space import give_back_space
from node_basis import NODE, RUN, STATE, age, ask_mailbox, read, remove, say, write_durably

TOOLS = os.path.dirname(os.path.abspath(__file__))
# It has left.
LEFT = f'{STATE}/etcd-left'
LETTER_BYTES_MAX = 2**16

ROUND_SECONDS = int(os.environ.get('ETCD_CARE_SECONDS', '15'))

PEERS = f'{STATE}/peers.json'
# Touched whenever the mailbox has confirmed the list of peers.
CONFIRMED = f'{RUN}/peers-confirmed'
CONFIRMED_SECONDS = 120
STRANGERS = f'{RUN}/etcd-strangers.json'
ROUNDS = 2
# Ten minutes: whoever comes to its seat after that joins anew. Until then nobody else could leave for its sake.
NEVER_STARTED_ROUNDS = int(os.environ.get('ETCD_NEVER_STARTED_ROUNDS', '40'))


def main():
    sender = SnapshotSender()
    if sys.argv[1:] == ['once']:
        one_round(sender)
        sender.wait()
        return
    said = None
    while True:
        # Never all machines in one moment.
        time.sleep(ROUND_SECONDS * (0.5 + os.urandom(1)[0] / 256))
        try:
            one_round(sender)
            trouble = None
        except Refused as refused:
            trouble = f'Not in this round: {refused}'
        if trouble is not None and trouble != said:
            say(trouble)
        said = trouble


def one_round(sender):
    if leave_is_asked():
        leave()
    elif os.path.exists(LEFT):
        join_again()
    else:
        own = status_of(LOCAL_URL)
        if own.leads:
            look_after()
            sender.send_what_is_due(own)
        believe_anew()


def leave_is_asked():
    """As long as nobody answers, what was asked last is asked still."""
    answer = ask_mailbox('letters/leave', bytes_max=LETTER_BYTES_MAX)
    if answer and answer.status == 200 and answer.body.decode() != read(LEAVING):
        write_durably(LEAVING, answer.body)
    if answer and answer.status == 404:
        remove(LEAVING)
    return os.path.exists(LEAVING)


def leave():
    if subprocess.run(['sh', f'{TOOLS}/etcd-leave.sh'], check=False).returncode != 0:
        raise Refused('it has not left yet')


def join_again():
    say('Nobody asks this member to leave any more: it joins again.')
    remove(LEFT)
    # Its agent runs the stage of etcd again.
    subprocess.run(['systemctl', 'restart', '--no-block', 'bootstrap-node.service'], check=False)


def look_after():
    members = members_at(LOCAL_URL)
    for step in (promote_learners, take_out_strangers, give_back_space):
        try:
            step(members)
        except Refused as refused:
            say(f'Not in this round: {refused}')


def promote_learners(members):
    for learner in members:
        if learner.is_learner and learner.name:
            try:
                promote_at(LOCAL_URL, learner.id)
                say(f'Promoted: {learner.label}')
            except Refused as refused:
                say(f'{learner.label} stays a learner: {refused}')


def take_out_strangers(members):
    known = nodes_on_the_list()
    if known is None:
        return
    rounds = read_json(STRANGERS) or {}
    strangers = {member.id: rounds.get(member.id, 0) + 1 for member in members if fault_of(member, known)}
    if strangers != rounds:
        write_durably(STRANGERS, json.dumps(strangers))
    for member in members:
        fault = fault_of(member, known)
        if fault is None or strangers.get(member.id, 0) < rounds_until(member, known):
            continue
        reason = hindrance(members, member)
        if reason is None:
            remove_at(LOCAL_URL, member.id)
            say(f'Taken out: {member.label} ({member.id}), which {fault}.')
            # One in a round: after it the others are counted anew.
            return
        say(f'{member.label} {fault}, but stays: {reason}')


def nodes_on_the_list():
    """By name and by address. None: nobody has confirmed the list lately, or it does not even name this node."""
    peers = (read_json(PEERS) or {}).get('peers', [])
    names = {peer['node'] for peer in peers}
    if age(CONFIRMED) > CONFIRMED_SECONDS or NODE not in names:
        return None
    return names | {peer['overlayAddress'] for peer in peers}


def fault_of(member, known):
    """Why it is not to stay a member. None: it is."""
    if is_stranger(member, known):
        return 'is on the list of peers no more'
    return None if member.client_urls else 'does not start'


def rounds_until(member, known):
    return ROUNDS if is_stranger(member, known) else NEVER_STARTED_ROUNDS


def is_stranger(member, known):
    # One that has never started has no name yet, but its node has an address.
    sign = member.name or urlsplit(member.peer_urls[0]).hostname
    return sign not in known


def read_json(path):
    try:
        return json.loads(read(path))
    except ValueError:
        return None


if __name__ == '__main__':
    try:
        main()
    except Refused as refused:
        sys.exit(f'Nothing in this round: {refused}')
