"""What the scripts in Python share: where things are on this machine, how the mailbox is asked, and how a file is written."""
import http.client
import os
import socket
import time
from typing import NamedTuple
from urllib.parse import urlsplit

ROOT = os.environ.get('BOOTSTRAP_ROOT', '')
ETC = f'{ROOT}/etc/bootstrap'
STATE = f'{ROOT}/var/lib/bootstrap'
RUN = f'{ROOT}/run/bootstrap'

NODE = os.environ.get('NODE', '')
ADDRESS = os.environ.get('OVERLAY_ADDRESS', '')

MAILBOX = os.environ.get('MAILBOX', '')
# Of the door on this machine, when the mailbox is in a bucket.
SOCKET = os.environ.get('MAILBOX_SOCKET', '')
MAILBOX_SECONDS = 30


class Answer(NamedTuple):
    status: int
    etag: str
    body: bytes


def ask_mailbox(path, etag='', bytes_max=0):
    """None: nobody answers. Whoever asks again and again does so without starting a program for it each time."""
    connection, target = mailbox_connection(path, MAILBOX_SECONDS)
    try:
        connection.request('GET', target, headers={'If-None-Match': etag} if etag else {})
        answer = connection.getresponse()
        body = answer.read(bytes_max) if bytes_max else b''
        # What breaks off is no answer.
        is_part = len(body) < bytes_max and answer.length
        return None if is_part else Answer(answer.status, answer.getheader('ETag', ''), body)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def put_to_mailbox(path, file, seconds):
    """Its answer, None for none. An open file goes as it is read: however large it is, little of it is in memory."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    connection, target = mailbox_connection(path, seconds)
    try:
        connection.request('PUT', target, file, {'Content-Length': str(size)})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class DoorConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def mailbox_connection(path, seconds):
    """And what to ask it for."""
    place = urlsplit(f'{MAILBOX}/{path}')
    if SOCKET:
        return DoorConnection(place.hostname, timeout=seconds), place.path
    kind = http.client.HTTPSConnection if place.scheme == 'https' else http.client.HTTPConnection
    return kind(place.hostname, place.port, timeout=seconds), place.path


def say(text):
    print(text, flush=True)


def read(path):
    """Empty: it is not there. One that a bad disk has damaged is no text, but nobody ends because of it."""
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return file.read()
    except FileNotFoundError:
        return ''


def age(path):
    """In seconds; of what is not there: for ever."""
    try:
        return time.time() - os.stat(path).st_mtime
    except FileNotFoundError:
        return float('inf')


def remove(path):
    try:
        os.remove(path)
    except FileNotFoundError:
        pass


def write_durably(path, content, mode=0o644):
    """Whole or not at all; text or bytes."""
    write_all_durably([(path, content, mode)])


def write_all_durably(files):
    """Each as its path, content and mode. All are on the disk before the first of them takes its place."""
    for path, content, mode in files:
        with open(os.open(f'{path}.draft', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), 'wb') as file:
            file.write(content.encode() if isinstance(content, str) else content)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
    for path, _content, _mode in files:
        os.replace(f'{path}.draft', path)
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
