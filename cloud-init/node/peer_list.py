"""
A list of peers becomes that of this node's interface, without a restart: whoever stays is not disturbed, whoever has gone is
cut off. All of the list is checked first. One flaw refuses it whole, for in WireGuard the last peer that claims an address
silently takes it from all others.
"""
import base64
import ipaddress
import json
import os
import re
import subprocess
from itertools import pairwise
from far_routes import lead_far
from node_basis import ETC

LINK = 'bootstrap0'
FORMAT = 1
KEEPALIVE_SECONDS = 25
BYTES_MAX = 8 * 2**20
TEXTS = ('node', 'box', 'publicKey', 'overlayAddress', 'podCidr', 'region')
UNIQUE = ('node', 'box', 'publicKey', 'overlayAddress')
NAME = re.compile(r'[a-z0-9][a-z0-9-]{0,62}')
KEY = re.compile(r'[A-Za-z0-9+/]{43}=')
# An address and a port: a name would have to be asked for, and be answered by somebody.
ENDPOINT = re.compile(r'(\[[0-9a-f:.]+\]|[0-9.]+):([0-9]{1,5})')


class Flaw(Exception):
    """Why nobody can go by this list."""


def apply_list(text):
    """How many peers there are now. First in the kernel: what is on the disk was good once."""
    peers = peers_in(text)
    check_ranges(peers)
    check_unique(peers)
    check_own(peers)
    others = [peer for peer in peers if peer['node'] != os.environ['NODE']]
    trouble = lead_far(LINK, [peer for peer in others if is_far(peer)])
    expect(not trouble, f'the routes to other regions are not taken: {trouble}')
    # Its keys go to the kernel, and to no file.
    done = subprocess.run(['wg', 'syncconf', LINK, '/dev/stdin'], input=render(others), text=True, capture_output=True)
    expect(done.returncode == 0, f'WireGuard does not take it: {done.stderr.strip()}')
    return len(others)


def peers_in(text):
    expect(len(text) <= BYTES_MAX, 'it is too long')
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise Flaw('it is no JSON') from None
    expect(isinstance(answer, dict) and set(answer) == {'format', 'peers'}, 'it has another form')
    expect(answer['format'] == FORMAT and isinstance(answer['peers'], list), 'it has another format')
    for peer in answer['peers']:
        check_peer(peer)
    return answer['peers']


def check_peer(peer):
    expect(isinstance(peer, dict) and set(peer) == {*TEXTS, 'endpoints'}, 'a peer has another form')
    expect(all(isinstance(peer[member], str) for member in TEXTS), 'a peer has another form')
    node = peer['node']
    expect(NAME.fullmatch(node), 'a peer has a name that is none')
    expect(KEY.fullmatch(peer['publicKey']), f'{node} has no key')
    expect(is_canonical(peer['publicKey']), f'{node} has its key in another spelling')
    endpoints = peer['endpoints']
    expect(isinstance(endpoints, dict) and set(endpoints) == {'near', 'far'}, f'{node} has other endpoints')
    for endpoint in endpoints.values():
        expect(isinstance(endpoint, str), f'{node} has other endpoints')
        # Nobody can call one that is behind others' addresses: it calls.
        expect(endpoint == '' or is_endpoint(endpoint), f'{node} has an endpoint that is none')


def is_canonical(key):
    return base64.b64encode(base64.b64decode(key)).decode() == key


def is_endpoint(text):
    found = ENDPOINT.fullmatch(text)
    if found is None or not 0 < int(found[2]) < 2**16:
        return False
    try:
        ipaddress.ip_address(found[1].strip('[]'))
    except ValueError:
        return False
    return True


def check_ranges(peers):
    nodes, pods = network(os.environ['OVERLAY_RANGE']), network(os.environ['POD_RANGE'])
    for peer in peers:
        address, cidr = network(peer['overlayAddress']), network(peer['podCidr'])
        expect(address.prefixlen == 32 and address.subnet_of(nodes), f'{peer["node"]} has an address outside the overlay')
        expect(cidr.subnet_of(pods), f'{peer["node"]} has pods outside their range')


def network(text):
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        raise Flaw(f'{text[:50]!r} is no range of addresses') from None


def check_unique(peers):
    for member in UNIQUE:
        seen = {}
        for peer in peers:
            value = peer[member]
            expect(value not in seen, f'{seen.get(value)} and {peer["node"]} have the same {member}')
            seen[value] = peer['node']
    # Sorted by their beginnings, two that overlap are neighbours.
    cidrs = sorted((network(peer['podCidr']), peer['node']) for peer in peers)
    for (one, node), (next_one, next_node) in pairwise(cidrs):
        expect(not one.overlaps(next_one), f'{node} and {next_node} have pods in the same range')


def check_own(peers):
    """What is this node's nobody else may have."""
    own = {'publicKey': read(f'{ETC}/overlay.pub'), 'overlayAddress': os.environ['OVERLAY_ADDRESS']}
    pods = network(os.environ['POD_CIDR'])
    for peer in peers:
        if peer['node'] == os.environ['NODE']:
            continue
        for member, value in own.items():
            expect(peer[member] != value, f"{peer['node']} has this node's {member}")
        expect(not network(peer['podCidr']).overlaps(pods), f"{peer['node']} has pods in this node's range")


def render(peers):
    """The whole of the interface: what it leaves out, WireGuard would forget."""
    lines = ['[Interface]', f'PrivateKey = {read(f"{ETC}/overlay.key")}', f'ListenPort = {os.environ["OVERLAY_PORT"]}']
    shared = read(f'{ETC}/secrets/overlay-psk')
    for peer in peers:
        endpoint = peer['endpoints']['far' if is_far(peer) else 'near']
        lines += ['', f'# {peer["node"]}', '[Peer]', f'PublicKey = {peer["publicKey"]}', f'PresharedKey = {shared}']
        lines += [f'AllowedIPs = {peer["overlayAddress"]}/32, {peer["podCidr"]}']
        lines += [f'Endpoint = {endpoint}'] if endpoint else []
        lines += [f'PersistentKeepalive = {KEEPALIVE_SECONDS}']
    return '\n'.join(lines) + '\n'


def is_far(peer):
    return peer['region'] != os.environ['REGION']


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read().strip()


def expect(condition, sentence):
    if not condition:
        raise Flaw(sentence)
