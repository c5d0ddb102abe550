#!/usr/bin/python3 -B
"""
Waits until this member is a voter of a healthy cluster: it reads through itself what a majority knows. A learner is
promoted as soon as etcd finds it has caught up. Ends with code 3 when the cluster has taken this member out meanwhile:
what it has on its disk then is of no use.
"""
import sys
from etcd_cluster import (
    LOCAL_URL, OWN_ID, PEER_URL, Refused, Waiting,
    endpoints_of_others, is_healthy, list_members, patience, promote_at, through_any,
)
from node_basis import say, write_durably

TAKEN_OUT = 3


def main():
    waiting = Waiting(patience())
    while True:
        try:
            reason = look()
        except Refused as refused:
            reason = str(refused)
        if reason is None:
            return
        waiting.pause(reason)


def look():
    """What is missing; None: nothing."""
    # A member that was taken out has no majority behind it: then it is the others who answer.
    members = list_members([LOCAL_URL, *endpoints_of_others()])
    own = next((member for member in members if PEER_URL in member.peer_urls), None)
    if own is None:
        sys.exit(TAKEN_OUT)
    if own.is_learner:
        if not own.name:
            return 'this member has not started yet'
        through_any(endpoints_of_others(), promote_at, own.id)
        say('Promoted: this member votes.')
    if not is_healthy(LOCAL_URL):
        return 'this member does not answer yet'
    write_durably(OWN_ID, own.id)
    return None


if __name__ == '__main__':
    main()
