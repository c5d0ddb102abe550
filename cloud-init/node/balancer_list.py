"""
Which servers of the API this machine's balancer leads to: those that its welcome named, and those that have come since, as the
list of peers has them. What is known under such an address as something else by now is none.
"""
import json
import os
import re
import subprocess
from node_basis import ETC, RUN, STATE, read, remove, write_durably

CONFIG = f'{STATE}/balancer.cfg'
# Until the balancer has read it.
UNREAD = f'{RUN}/balancer-unread'
UNIT = 'bootstrap-balancer.service'
TOOLS = os.path.dirname(os.path.abspath(__file__))
SERVES = re.compile(r'(control-plane|converged)-[0-9]+')


def lead_to_servers(peer_list):
    """Where there is a balancer, or is to be one. Connections that are there stay, wherever they lead."""
    if 'CONTROL_PLANES' not in os.environ:
        return
    config = render(servers(json.loads(peer_list)['peers'] if peer_list else []))
    if config != read(CONFIG):
        write_durably(UNREAD, '')
        write_durably(CONFIG, config)
    if os.path.exists(UNREAD):
        subprocess.run(['systemctl', 'try-reload-or-restart', UNIT], check=False)
        remove(UNREAD)


def servers(peers):
    """The address of each, by its name."""
    nodes = {peer['overlayAddress']: peer['node'] for peer in peers}
    come = {node: address for address, node in nodes.items() if SERVES.fullmatch(node)}
    named = {f'at-{address}': address for address in os.environ['CONTROL_PLANES'].split() if address not in nodes}
    return come | named


def render(found):
    config = read(f'{TOOLS}/kubernetes/haproxy.cfg').replace('@AUTHORITIES@', f'{ETC}/pki/kubelet-ca.crt')
    port = os.environ['API_PORT']
    return config + ''.join(f'  server {name} {address}:{port}\n' for name, address in sorted(found.items()))
