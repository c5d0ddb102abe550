#!/usr/bin/python3 -B
"""Leads the balancer of this machine to the servers of the API that the machine knows of."""
from balancer_list import lead_to_servers
from node_basis import STATE, read

if __name__ == '__main__':
    lead_to_servers(read(f'{STATE}/peers.json'))
