"""
Disk space of etcd that is no longer used is given back. A member answers nothing meanwhile: so one at a time, only when all
are well, and the leader last. When a file has become as large as its quota etcd takes nothing new, on no member: then its
history is forgotten at once, all members give back what they can, and writes go on.
"""
import os
from etcd_cluster import (
    LOCAL_URL, QUOTA_BYTES,
    defragment, end_alarm, forget_history, is_healthy, status_of, voters, without_space,
)
from node_basis import RUN, age, say, write_durably

# Touched whenever somebody has looked for space to give back.
SPACE_SEEN = f'{RUN}/etcd-space-seen'
SPACE_SECONDS = 300
DEFRAGMENT_BYTES = int(os.environ.get('ETCD_DEFRAGMENT_BYTES', str(100 * 2**20)))


def give_back_space(members):
    alarmed = without_space(LOCAL_URL)
    is_due = age(SPACE_SEEN) >= SPACE_SECONDS
    if not alarmed and not is_due:
        return
    if is_due:
        write_durably(SPACE_SEEN, '')
    endpoints = [member.client_urls[0] for member in voters(members) if member.client_urls]
    if not all(map(is_healthy, endpoints)):
        return
    if alarmed:
        make_room(endpoints, alarmed, is_due)
        return
    wasteful = [status for status in map(status_of, endpoints) if is_wasteful(status)]
    if wasteful:
        shrink(min(wasteful, key=lambda status: status.leads))


def make_room(endpoints, alarmed, is_to_be_said):
    forget_history(LOCAL_URL, status_of(LOCAL_URL).revision)
    # All hold the same, but the others count only with the next write what they have forgotten.
    used_bytes = status_of(LOCAL_URL).used_bytes
    reducible = [status for status in map(status_of, endpoints) if status.bytes - used_bytes > 0.1 * QUOTA_BYTES]
    for status in sorted(reducible, key=lambda status: status.leads):
        shrink(status)
    if all(status.bytes < 0.9 * QUOTA_BYTES for status in map(status_of, endpoints)):
        for member_id in alarmed:
            end_alarm(LOCAL_URL, member_id)
        say('There is space again: writes go on.')
    elif is_to_be_said:
        say(f'Nothing new is written: what is used takes all of the {QUOTA_BYTES} bytes that etcd may have.')


def shrink(status):
    defragment(status.endpoint)
    say(f'Defragmented: {status.endpoint}, of {status.bytes} bytes.')


def is_wasteful(status):
    return status.bytes >= DEFRAGMENT_BYTES and status.bytes - status.used_bytes > status.bytes / 2
