"""
What the scripts of etcd share. They ask its cluster through etcdctl, and believe a list of members only from a member that
has a majority behind it. Nothing here remembers anything: each script looks again, and so can be killed and run again.
"""
import json
import os
import socket
import subprocess
import sys
import time
from typing import NamedTuple
from urllib.parse import urlsplit

ROOT = os.environ.get('BOOTSTRAP_ROOT', '')
STATE = f'{ROOT}/var/lib/bootstrap'
RUN = f'{ROOT}/run/bootstrap'
PKI = f'{ROOT}/etc/bootstrap/pki'
DATA = f'{STATE}/etcd'
# Somebody has asked this member to leave: it joins no more.
LEAVING = f'{STATE}/etcd-leaving'
# Which member this machine is, once it is one.
OWN_ID = f'{STATE}/etcd-member'

NODE = os.environ.get('NODE', '')
ADDRESS = os.environ.get('OVERLAY_ADDRESS', '')
# Where it listens for those on the same machine: another address only where several share one machine.
LOOPBACK = os.environ.get('ETCD_LOOPBACK', '127.0.0.1')
PEER_URL = f'https://{ADDRESS}:2380'
CLIENT_URL = f'https://{ADDRESS}:2379'
LOCAL_URL = f'https://{LOOPBACK}:2379'

PAUSE_SECONDS = 1
COMMAND_SECONDS = 5
CONNECT_SECONDS = 2


class Refused(Exception):
    """etcd does not do it, or does not answer; in its own words."""


class Member(NamedTuple):
    id: str
    # Empty until it has started for the first time.
    name: str
    peer_urls: tuple
    client_urls: tuple
    is_learner: bool

    @property
    def label(self):
        return self.name or f'the member at {self.peer_urls[0]} that has never started'


def ask(endpoints, *words):
    """Its answer, read from JSON."""
    answer = etcdctl(endpoints, *words, '--write-out=json')
    try:
        return json.loads(answer)
    except ValueError:
        raise Refused(f'etcdctl said what is no JSON: {answer[:200]}') from None


def etcdctl(endpoints, *words, seconds=COMMAND_SECONDS):
    """What it says; not in JSON unless asked to, for not all of its verbs can."""
    command = ['etcdctl', f'--command-timeout={seconds}s', '--dial-timeout=2s', f'--endpoints={",".join(endpoints)}']
    command += [f'--cacert={PKI}/etcd-ca.crt', f'--cert={PKI}/etcd.crt', f'--key={PKI}/etcd.key', *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=6 * seconds)
    except subprocess.TimeoutExpired:
        raise Refused(f'etcdctl {words[0]} {words[1]} did not end') from None
    # Of several endpoints it also tells the health when one of them has none.
    if done.returncode != 0 and not done.stdout.startswith('['):
        raise Refused(last_line(done.stderr) or f'etcdctl ended with code {done.returncode}')
    return done.stdout


def last_line(text):
    """Without what etcd's client logs on its way to an error."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith('{')]
    return lines[-1].strip() if lines else ''


def through_any(endpoints, act, *words):
    """One after the other, so that one that has lost the majority stands in nobody's way."""
    refusals = []
    for endpoint in endpoints:
        if not is_open(endpoint):
            refusals.append(f'{endpoint}: nobody listens')
            continue
        try:
            return act([endpoint], *words)
        except Refused as refused:
            refusals.append(f'{endpoint}: {refused}')
    raise Refused('; '.join(refusals) or 'there is no other member to ask')


def is_open(url):
    """Whether anybody listens there at all: etcd's client is more patient than anybody who has others to ask."""
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname, place.port), timeout=CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def founders():
    """Of ETCD_PEERS: the peer URL of each, by its name."""
    pairs = (entry.split('=', 1) for entry in os.environ.get('ETCD_PEERS', '').split(',') if entry)
    return dict(pairs)


def endpoints_of_others():
    return [as_client_url(url) for name, url in founders().items() if name != NODE and url != PEER_URL]


def as_client_url(peer_url):
    return peer_url.rsplit(':', 1)[0] + ':2379'


def list_members(endpoints):
    return members_of(through_any(endpoints, ask, 'member', 'list'))


def members_of(answer):
    return [
        Member(
            id=f'{entry["ID"]:x}',
            name=entry.get('name', ''),
            peer_urls=tuple(entry.get('peerURLs', ())),
            client_urls=tuple(entry.get('clientURLs', ())),
            is_learner=entry.get('isLearner', False),
        )
        for entry in answer['members']
    ]


def voters(members):
    return [member for member in members if not member.is_learner]


def holds_our_seat(member):
    return member.name == NODE or PEER_URL in member.peer_urls


def is_healthy(endpoint):
    """Whether it can read what the majority knows."""
    return bool(healthy_endpoints([endpoint]))


def healthy_endpoints(endpoints):
    listening = [endpoint for endpoint in endpoints if is_open(endpoint)]
    if not listening:
        return set()
    try:
        answers = ask(listening, 'endpoint', 'health')
    except Refused:
        return set()
    return {answer['endpoint'] for answer in answers if answer.get('health')}


def hindrance(members, leaving):
    """Why this member cannot be taken out now: the others that vote must be a majority of themselves. None: it can be."""
    if leaving.is_learner:
        return None
    rest = [member for member in voters(members) if member.id != leaving.id]
    if not rest:
        return 'it is the only one that votes'
    healthy = healthy_endpoints([member.client_urls[0] for member in rest if member.client_urls])
    needed = len(rest) // 2 + 1
    if len(healthy) >= needed:
        return None
    return f'only {len(healthy)} of the other {len(rest)} that vote are healthy, and {needed} are needed'


class Waiting:
    """Says what it waits for when that changes, and gives up after a time that no cluster needs."""

    def __init__(self, seconds):
        self.until = time.monotonic() + seconds
        self.said = None

    def pause(self, reason):
        if os.path.exists(LEAVING):
            sys.exit('This member was asked to leave: it does not join.')
        if reason != self.said:
            say(f'Waiting: {reason}')
            self.said = reason
        if time.monotonic() > self.until:
            sys.exit(f'Waited too long: {reason}')
        time.sleep(PAUSE_SECONDS)


def patience():
    return int(os.environ.get('ETCD_PATIENCE', '1800'))


def say(text):
    print(text, flush=True)


def write_durably(path, text, mode=0o644):
    """Whole or not at all."""
    draft = f'{path}.draft'
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), 'w', encoding='utf-8') as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
