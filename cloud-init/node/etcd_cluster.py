"""
What the scripts of etcd share. They ask its cluster over HTTP, as etcd also lets itself be asked, for to start etcdctl takes
a small machine seconds; and they believe a list of members only from a member that has a majority behind it. Nothing here
remembers anything: each script looks again, and so can be killed and run again.
"""
import http.client
import json
import os
import socket
import ssl
import sys
import time
from typing import NamedTuple
from urllib.parse import urlsplit
from node_basis import ADDRESS, ETC, NODE, STATE, say

PKI = f'{ETC}/pki'
DATA = f'{STATE}/etcd'
# The letter in which this member was asked to leave: it joins no more.
LEAVING = f'{STATE}/etcd-leaving'
# Which member this machine is, once it is one.
OWN_ID = f'{STATE}/etcd-member'

# A file that is larger takes nothing new.
QUOTA_BYTES = int(os.environ.get('ETCD_QUOTA_BYTES', str(8 * 2**30)))

# Where it listens for those on the same machine: another address only where several share one machine.
LOOPBACK = os.environ.get('ETCD_LOOPBACK', '127.0.0.1')
PEER_URL = f'https://{ADDRESS}:2380'
CLIENT_URL = f'https://{ADDRESS}:2379'
LOCAL_URL = f'https://{LOOPBACK}:2379'

# Long at last: on a small machine whoever asks again and again keeps busy whom he waits for.
PAUSES_SECONDS = (1, 1, 1, 1, 2, 2, 3, 3, 5)
CONNECT_SECONDS = 2
# etcd itself gives up what no majority answers after about as many.
ANSWER_SECONDS = 10


class Refused(Exception):
    """etcd does not do it, or does not answer; in its own words."""


class NoAnswer(Refused):
    """The connection is gone, or never was; what became of the question nobody knows."""


class Member(NamedTuple):
    # In hexadecimal digits, as etcd writes it in its log.
    id: str
    # Empty until it has started for the first time.
    name: str
    peer_urls: tuple
    client_urls: tuple
    is_learner: bool

    @property
    def label(self):
        return self.name or f'the member at {self.peer_urls[0]} that has never started'


class Status(NamedTuple):
    endpoint: str
    id: str
    leader: str
    revision: int
    bytes: int
    used_bytes: int

    @property
    def leads(self):
        return self.leader == self.id


# By endpoint: to shake hands again costs more than all the rest of a question.
kept_open = {}


def call(endpoint, path, body=None, seconds=ANSWER_SECONDS):
    """What a member answers, read from JSON; `body` is what it is told."""
    connection = kept_open.pop(endpoint, None)
    if connection is not None:
        try:
            connection.sock.settimeout(seconds)
            return exchange(endpoint, connection, path, body)
        except NoAnswer:
            # Perhaps it was started anew since: whoever asks for something twice is told that it is done.
            pass
    return exchange(endpoint, connect(endpoint, seconds), path, body)


def exchange(endpoint, connection, path, body):
    try:
        connection.request('GET' if body is None else 'POST', path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        text = answer.read()
    except TimeoutError:
        connection.close()
        raise Refused(f'{endpoint} does not answer in time') from None
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise NoAnswer(f'{endpoint} does not answer: {error or type(error).__name__}') from None
    if connection.sock is not None:
        kept_open[endpoint] = connection
    try:
        said = json.loads(text)
    except ValueError:
        raise Refused(f'{endpoint} says what is no JSON: {text[:200]!r}') from None
    if answer.status != 200:
        raise Refused(said.get('message') or said.get('reason') or f'{endpoint} answers {answer.status}')
    return said


def stream(endpoint, path, seconds):
    """The lines of a long answer, one by one as they come, on a connection of its own; none is awaited for longer."""
    connection = connect(endpoint, seconds)
    try:
        connection.request('POST', path, '{}')
        answer = connection.getresponse()
        if answer.status != 200:
            raise Refused(f'{endpoint} answers {answer.status}')
        yield from answer
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f'{endpoint} breaks off: {error or type(error).__name__}') from None
    finally:
        connection.close()


def connect(endpoint, seconds):
    place = urlsplit(endpoint)
    connection = http.client.HTTPSConnection(place.hostname, place.port)
    try:
        # Somebody who does not even listen is not waited for as long as somebody who thinks.
        plain = socket.create_connection((place.hostname, place.port), timeout=CONNECT_SECONDS)
        plain.settimeout(seconds)
        connection.sock = trust().wrap_socket(plain, server_hostname=place.hostname)
    except OSError as error:
        raise NoAnswer(f'{endpoint} does not answer: {error or type(error).__name__}') from None
    return connection


def trust():
    """Read anew for every connection: certificates are renewed while somebody runs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(f'{PKI}/etcd-ca.crt')
    context.load_cert_chain(f'{PKI}/etcd.crt', f'{PKI}/etcd.key')
    return context


def members_at(endpoint):
    return members_of(call(endpoint, '/v3/cluster/member/list', {'linearizable': True}))


def add_learner_at(endpoint, peer_url):
    """All members, with the new one."""
    return members_of(call(endpoint, '/v3/cluster/member/add', {'peerURLs': [peer_url], 'isLearner': True}))


def promote_at(endpoint, member_id):
    call(endpoint, '/v3/cluster/member/promote', {'ID': decimal(member_id)})


def remove_at(endpoint, member_id):
    call(endpoint, '/v3/cluster/member/remove', {'ID': decimal(member_id)})


def move_lead_at(endpoint, member_id):
    call(endpoint, '/v3/maintenance/transfer-leadership', {'targetID': decimal(member_id)})


def without_space(endpoint):
    """The members that have said so: as long as one of them has not been told otherwise, nothing new is written anywhere."""
    alarms = call(endpoint, '/v3/maintenance/alarm', {'action': 'GET'}).get('alarms', ())
    return [hexadecimal(alarm['memberID']) for alarm in alarms if alarm.get('alarm') == 'NOSPACE']


def end_alarm(endpoint, member_id):
    call(endpoint, '/v3/maintenance/alarm', {'action': 'DEACTIVATE', 'memberID': decimal(member_id), 'alarm': 'NOSPACE'})


def forget_history(endpoint, revision):
    """What was there before it; of what is there now nothing. Done already: nothing has been written since."""
    try:
        call(endpoint, '/v3/kv/compaction', {'revision': str(revision), 'physical': True}, seconds=60)
    except Refused as refused:
        if 'has been compacted' not in str(refused):
            raise


def defragment(endpoint):
    call(endpoint, '/v3/maintenance/defragment', {}, seconds=60)


def status_of(endpoint):
    """What this member knows by itself, whether or not a majority is behind it."""
    said = call(endpoint, '/v3/maintenance/status', {})
    header = said['header']
    return Status(
        endpoint=endpoint,
        id=hexadecimal(header['member_id']),
        leader=hexadecimal(said.get('leader', 0)),
        revision=int(header.get('revision', 0)),
        bytes=int(said.get('dbSize', 0)),
        used_bytes=int(said.get('dbSizeInUse', 0)),
    )


def members_of(answer):
    return [
        Member(
            id=hexadecimal(entry['ID']),
            name=entry.get('name', ''),
            peer_urls=tuple(entry.get('peerURLs', ())),
            client_urls=tuple(entry.get('clientURLs', ())),
            is_learner=entry.get('isLearner', False),
        )
        for entry in answer['members']
    ]


def hexadecimal(number):
    """In JSON etcd writes numbers of 64 bits as text."""
    return f'{int(number):x}'


def decimal(member_id):
    return str(int(member_id, 16))


def through_any(endpoints, act, *arguments):
    """One after the other, so that one that has lost the majority stands in nobody's way."""
    refusals = []
    for endpoint in endpoints:
        try:
            return act(endpoint, *arguments)
        except Refused as refused:
            refusals.append(str(refused))
    raise Refused('; '.join(refusals) or 'there is no other member to ask')


def list_members(endpoints):
    return through_any(endpoints, members_at)


def founders():
    """Of ETCD_PEERS: the peer URL of each, by its name."""
    pairs = (entry.split('=', 1) for entry in os.environ.get('ETCD_PEERS', '').split(',') if entry)
    return dict(pairs)


def endpoints_of_others():
    return [as_client_url(url) for name, url in founders().items() if name != NODE and url != PEER_URL]


def as_client_url(peer_url):
    return peer_url.rsplit(':', 1)[0] + ':2379'


def voters(members):
    return [member for member in members if not member.is_learner]


def holds_our_seat(member):
    return member.name == NODE or PEER_URL in member.peer_urls


def is_healthy(endpoint):
    """Whether it can read what the majority knows; one without space still votes."""
    try:
        return call(endpoint, '/health?exclude=NOSPACE').get('health') == 'true'
    except Refused:
        return False


def hindrance(members, leaving):
    """Why this member cannot be taken out now: the others that vote must be a majority of themselves. None: it can be."""
    if leaving.is_learner:
        return None
    rest = [member for member in voters(members) if member.id != leaving.id]
    if not rest:
        return 'it is the only one that votes'
    healthy = sum(is_healthy(member.client_urls[0]) for member in rest if member.client_urls)
    needed = len(rest) // 2 + 1
    if healthy >= needed:
        return None
    return f'only {healthy} of the other {len(rest)} that vote are healthy, and {needed} are needed'


class Waiting:
    """Says what it waits for when that changes, and gives up after a time that no cluster needs."""

    def __init__(self, seconds):
        self.until = time.monotonic() + seconds
        self.said = None
        self.pauses = iter(PAUSES_SECONDS)

    def pause(self, reason):
        if os.path.exists(LEAVING):
            sys.exit('This member was asked to leave: it does not join.')
        if reason != self.said:
            say(f'Waiting: {reason}')
            self.said = reason
            self.pauses = iter(PAUSES_SECONDS)
        if time.monotonic() > self.until:
            sys.exit(f'Waited too long: {reason}')
        time.sleep(next(self.pauses, PAUSES_SECONDS[-1]))


def patience():
    return int(os.environ.get('ETCD_PATIENCE', '1800'))
