"""
Whoever leads etcd brings a snapshot to the mailbox once in a minute when anything has changed, and once in an hour when not: in a
bucket each of them ends after a day, which of a quiet etcd would be the last one. etcd streams all that it holds over HTTP too,
and last the digest of it: so nothing has to be started to take one, nor to check it.
"""
import base64
import hashlib
import json
import tempfile
import threading
import time
from etcd_cluster import LOCAL_URL, Refused, stream
from node_basis import STATE, age, put_to_mailbox, read, say, write_durably

SECONDS = 60
AGAIN_SECONDS = 3600
# The revision of the last one that the mailbox has.
SENT = f'{STATE}/etcd-snapshot-sent'
STALLED_SECONDS = 60
DIGEST_BYTES = hashlib.sha256().digest_size


class SnapshotSender:
    """One at a time, and beside the rounds: of a large etcd it takes minutes."""

    def __init__(self):
        self.thread = None
        self.begun = float('-inf')

    def send_what_is_due(self, own):
        # Before anything was written there is nothing to keep.
        if own.revision <= 1:
            return
        if str(own.revision) == read(SENT).strip() and age(SENT) < AGAIN_SECONDS:
            return
        if time.monotonic() - self.begun < SECONDS or (self.thread and self.thread.is_alive()):
            return
        self.begun = time.monotonic()
        # It ends with the process: half a snapshot is of no use to anybody.
        self.thread = threading.Thread(target=send, args=(own.revision,), daemon=True)
        self.thread.start()

    def wait(self):
        if self.thread:
            self.thread.join()


def send(revision):
    """Under the revision of before it was taken: it holds that at least."""
    try:
        # Without a name: whatever ends this process, nothing of it is left on the disk.
        with tempfile.TemporaryFile(dir=STATE) as file:
            take(file)
            status = put_to_mailbox(f'snapshots/etcd-{revision}', file, STALLED_SECONDS)
        # 409: it is there already.
        if status not in (200, 201, 204, 409):
            raise Refused(f'the mailbox does not take it: it answers {status or "nothing"}')
        write_durably(SENT, str(revision))
        say(f'Snapshot of revision {revision} sent.')
    except (Refused, OSError, ValueError) as error:
        say(f'No snapshot of revision {revision}: {error}')


def take(file):
    """All of it, or an error."""
    digest = hashlib.sha256()
    last = b''
    for line in stream(LOCAL_URL, '/v3/maintenance/snapshot', STALLED_SECONDS):
        said = json.loads(line)
        if 'result' not in said:
            raise Refused(said.get('error', {}).get('message', 'etcd does not say why'))
        piece = base64.b64decode(said['result'].get('blob', ''))
        file.write(piece)
        last += piece
        digest.update(last[:-DIGEST_BYTES])
        last = last[-DIGEST_BYTES:]
    if last != digest.digest():
        raise Refused('what etcd sent is not whole')
