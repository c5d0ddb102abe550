#!/usr/bin/python3 -B
"""
Takes this member out of the cluster, once the others can do without it and nobody else's seat is empty: never do two copies
of what etcd holds go at once. Ends with an error until then, unless the letter that asks says that nobody counts on what
etcd holds: then it goes as it is, and its successor founds in its place.
"""
import json
import sys
from etcd_cluster import (
    LEAVING, LOCAL_URL, OWN_ID, Refused,
    endpoints_of_others, hindrance, list_members, move_lead_at, remove_at, status_of, through_any, voters,
)
from node_basis import NODE, STATE, read, say

PEERS = f'{STATE}/peers.json'


def main():
    members = list_members([LOCAL_URL, *endpoints_of_others()])
    own = next((member for member in members if member.id == own_id()), None)
    if own is None:
        return
    reason = hindrance(members, own) or still_to_vote(members, own)
    if reason is not None:
        raise Refused(f'{reason}.')
    others = [member for member in voters(members) if member.id != own.id and member.client_urls]
    hand_over(own, others)
    through_any([member.client_urls[0] for member in others], remove_at, own.id)
    say('Taken out of the cluster.')


def still_to_vote(members, own):
    """Who is to vote and does not. None: nobody, or this member does not vote either."""
    if own.is_learner:
        return None
    voting = {member.name for member in voters(members)}
    missing = sorted(seats() - voting - {NODE})
    return f'{missing[0]} does not vote yet' if missing else None


def seats():
    try:
        return set(json.loads(read(PEERS)).get('seats', []))
    except ValueError:
        return set()


def has_nothing_to_lose():
    try:
        return json.loads(read(LEAVING)).get('nothingToLose') is True
    except ValueError:
        return False


def own_id():
    """Neither name nor address tells: they may be those of its successor already."""
    try:
        return status_of(LOCAL_URL).id
    except Refused:
        pass
    return read(OWN_ID)


def hand_over(own, others):
    """A leader that goes without a word is missed for an election's time."""
    try:
        if status_of(LOCAL_URL).leader != own.id:
            return
    except Refused:
        return
    for other in others:
        try:
            move_lead_at(LOCAL_URL, other.id)
            return
        except Refused as refused:
            say(f'{other.label} does not take the lead: {refused}')


if __name__ == '__main__':
    try:
        main()
    except Refused as refused:
        if not has_nothing_to_lose():
            sys.exit(f'This member stays for now: {refused}')
        say(f'Nobody counts on what etcd holds, so this member goes as it is: {refused}')
