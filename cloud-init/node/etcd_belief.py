"""
Whom etcd believes it reads when it starts, and only then. When that has changed it is started again: one member at a time, held
apart by a lock in etcd itself, and only while all members are voters that are well. Whoever dies with the lock loses it.
"""
import base64
import subprocess
import time
from etcd_cluster import LOCAL_URL, PKI, Refused, call, is_healthy, members_at, move_lead_at, status_of, voters
from node_basis import NODE, STATE, read, say, write_durably

BELIEVED = f'{PKI}/etcd-ca.crt'
# What the member that runs has read.
IN_FORCE = f'{STATE}/etcd-believes'
LOCK = base64.b64encode(b'bootstrap/restart').decode()
LOCK_SECONDS = 300
RETURN_SECONDS = 240
PAUSE_SECONDS = 1


def believe_anew():
    """One step of it, if it can be taken now."""
    wanted = read(BELIEVED)
    if wanted in ('', read(IN_FORCE)):
        return
    start_anew(wanted)
    say('etcd was started again: it believes others now.')


def start_anew(believed):
    """When it is this member's turn; until then it is refused."""
    members = members_at(LOCAL_URL)
    require_all_well(members)
    lease = take_lock()
    try:
        # Whoever had the lock before may have left another member behind.
        require_all_well(members)
        restart(members, believed)
    finally:
        give_back(lease)


def require_all_well(members):
    for member in members:
        if member.is_learner or not member.client_urls or not is_healthy(member.client_urls[0]):
            raise Refused(f'etcd is started again when {member.label} is a voter that is well')


def restart(members, believed):
    own = status_of(LOCAL_URL)
    others = [member for member in voters(members) if member.id != own.id]
    if own.leads and others:
        move_lead_at(LOCAL_URL, others[0].id)
    if subprocess.run(['systemctl', 'restart', 'bootstrap-etcd.service'], check=False).returncode != 0:
        raise Refused('etcd cannot be started again')
    write_durably(IN_FORCE, believed)
    until = time.monotonic() + RETURN_SECONDS
    while not is_healthy(LOCAL_URL):
        if time.monotonic() > until:
            raise Refused('etcd was started again, and does not answer yet')
        time.sleep(PAUSE_SECONDS)


def take_lock():
    """The lease that it is tied to."""
    lease = call(LOCAL_URL, '/v3/lease/grant', {'TTL': str(LOCK_SECONDS)})['ID']
    own = base64.b64encode(NODE.encode()).decode()
    answer = call(LOCAL_URL, '/v3/kv/txn', {
        'compare': [{'key': LOCK, 'target': 'CREATE', 'result': 'EQUAL', 'createRevision': '0'}],
        'success': [{'requestPut': {'key': LOCK, 'value': own, 'lease': lease}}],
        'failure': [{'requestRange': {'key': LOCK}}],
    })
    if answer.get('succeeded'):
        return lease
    give_back(lease)
    found = answer['responses'][0].get('response_range', {}).get('kvs', [{}])[0]
    if found.get('value') == own:
        # Of an earlier try, which was stopped.
        give_back(found['lease'])
        raise Refused('this member has just let go of the lock of an earlier try')
    raise Refused('another member of etcd is being started again')


def give_back(lease):
    try:
        call(LOCAL_URL, '/v3/lease/revoke', {'ID': lease})
    except Refused as refused:
        say(f'The lock is given back by time alone: {refused}')
