#!/usr/bin/python3 -B
"""peers-apply.py FILE: makes this list of peers that of this node's interface."""
import sys
from node_basis import say
from peer_list import BYTES_MAX, Flaw, apply_list

if __name__ == '__main__':
    try:
        with open(sys.argv[1], 'rb') as file:
            say(f'{apply_list(file.read(BYTES_MAX + 1))} peers')
    except Flaw as flaw:
        sys.exit(f'The list of peers is refused: {flaw}')
