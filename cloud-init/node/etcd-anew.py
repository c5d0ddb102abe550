#!/usr/bin/python3 -B
"""
Starts etcd again, for its program is another one by now: when all members are well, and no other one is being started again.
"""
from etcd_belief import BELIEVED, start_anew
from etcd_cluster import Refused, Waiting, patience
from node_basis import read, say


def main():
    waiting = Waiting(patience())
    while True:
        try:
            start_anew(read(BELIEVED))
            return say('etcd was started again: its program is another one.')
        except Refused as refused:
            waiting.pause(str(refused))


if __name__ == '__main__':
    main()
