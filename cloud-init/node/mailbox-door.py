#!/usr/bin/python3 -B
"""
The mailbox of a machine whose letters lie in the cluster's bucket. Its scripts ask here as they ask a workstation, over a socket
that only root opens, and each question goes to the bucket in the machine's own name:

  GET, PUT /letters/NAME   mailbox/ARN OF THE MACHINE/NAME
  GET /assets/SHA256       assets/SHA256, or what of it comes from a byte on
  GET /peers               peers.json
  PUT /snapshots/etcd-N    snapshots/etcd-N

409: there is one already. 503: it is not known whether the bucket has done it, so ask again.
"""
import functools
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingUnixStreamServer
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from node_basis import ETC, SOCKET, remove, say

sys.path.append(ETC)
import bucket

LETTER = re.compile(r'/letters/([a-z0-9-]{1,60})')
ASSET = re.compile(r'/(assets/[0-9a-f]{64})')
SNAPSHOT = re.compile(r'/(snapshots/etcd-[1-9][0-9]{0,18})')

LETTER_BYTES_MAX = 64 * 1024
# S3 takes no more in one request.
SNAPSHOT_BYTES_MAX = 5 * 2**30

TRIES = 4
PAUSE_SECONDS = 0.2
# Whoever may not list a bucket is not told that something is absent.
ABSENT = 'AccessDenied'


class Answer(NamedTuple):
    status: int
    headers: Any
    body: Any
    # Why the bucket refuses.
    code: str = ''


class Visit(BaseHTTPRequestHandler):
    """One request of a script."""

    timeout = 60

    def do_GET(self):
        letter, asset = LETTER.fullmatch(self.path), ASSET.fullmatch(self.path)
        if letter:
            self.give(lambda: letter_named(letter[1]))
        elif asset:
            self.give(lambda: ask_bucket(asset[1], **self.heard('Range')))
        elif self.path == '/peers':
            self.give(lambda: peers(self.heard('If-None-Match')))
        else:
            self.tell(404)

    def do_PUT(self):
        letter, snapshot = LETTER.fullmatch(self.path), SNAPSHOT.fullmatch(self.path)
        length = self.headers.get('Content-Length', '')
        if not (letter or snapshot):
            self.tell(404)
        elif not length.isdecimal():
            self.tell(411)
        elif int(length) > (LETTER_BYTES_MAX if letter else SNAPSHOT_BYTES_MAX):
            say(f'{self.path}: {length} bytes are more than can be taken.')
            self.tell(413)
        else:
            body = Sent(self.rfile, int(length))
            self.give(lambda: leave_letter(letter[1], body) if letter else send_snapshot(snapshot[1], body))

    def give(self, act):
        try:
            answer = act()
        # Whatever it is, such as that the machine has no role yet: the script asks again.
        except Exception as trouble:
            say(f'{self.path}: {type(trouble).__name__}: {trouble}')
            return self.tell(503)
        passed_on = ('Content-Length', 'Content-Range', 'ETag')
        has_body = self.command == 'GET' and answer.status in (200, 206)
        self.tell(answer.status, {name: answer.headers.get(name) for name in passed_on if has_body or name == 'ETag'})
        if has_body:
            shutil.copyfileobj(answer.body, self.wfile)

    def tell(self, status, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def heard(self, name):
        return {name.lower(): self.headers[name]} if name in self.headers else {}

    def log_message(self, *_words):
        """What is asked every few seconds is not worth a line each time."""


class Sent:
    """What a script sends, whole: when it breaks off, so does whoever reads it."""

    def __init__(self, file, length):
        self.file = file
        self.length = length
        self.left = length

    def read(self, most=-1):
        piece = self.file.read(self.left if most < 0 else min(most, self.left))
        self.left -= len(piece)
        if self.left and not piece:
            raise OSError('what was sent broke off')
        return piece


def ask_bucket(path, method='GET', body=None, tries=TRIES, **more):
    """Its answer, whatever it is. Refused for its keys, its clock or another writer, it is asked again."""
    for number in range(tries):
        time.sleep(number * PAUSE_SECONDS)
        try:
            answer = bucket.ask(quote(path), method, body, **more)
            return Answer(answer.status, answer.headers, answer)
        except HTTPError as refused:
            # Not the bucket says so, but whoever has the keys.
            if not refused.url.startswith(bucket.ENV['BUCKET']):
                raise
            code = ''.join(re.findall(r'<Code>(\w+)</Code>', refused.read().decode(errors='replace')))
            answer = Answer(refused.code, refused.headers, None, code)
        if answer.status not in (400, 403, 409) or code == ABSENT:
            return answer
    raise OSError(f'the bucket refuses it: {code}')


@functools.cache
def own_letters():
    """By the name that AWS gives the machine, which its role is bound to."""
    document = json.loads(bucket.metadata('dynamic/instance-identity/document'))
    partition = bucket.metadata('meta-data/services/partition')
    place = f'{document["region"]}:{document["accountId"]}:instance/{document["instanceId"]}'
    return f'mailbox/arn:{partition}:ec2:{place}'


def letter_named(name):
    answer = ask_bucket(f'{own_letters()}/{name}')
    return answer._replace(status=404) if answer.code == ABSENT else answer


def leave_letter(name, sent):
    body = sent.read()
    return create(f'{own_letters()}/{name}', body, 'application/json', digest=hashlib.sha256(body).hexdigest())


def send_snapshot(path, sent):
    """It is not held in memory, so that it is sent once; what comes over TLS has no need of a digest, which would be known last."""
    whole = {'tries': 1, 'content-length': str(sent.length)}
    kind = 'application/octet-stream'
    if bucket.ENV['BUCKET'].startswith('https:'):
        return create(path, sent, kind, digest='UNSIGNED-PAYLOAD', **whole)
    with tempfile.TemporaryFile() as file:
        digest = hashlib.sha256()
        while piece := sent.read(2**20):
            digest.update(piece)
            file.write(piece)
        file.seek(0)
        return create(path, file, kind, digest=digest.hexdigest(), **whole)


def create(path, body, kind, **more):
    """Never over what is there."""
    answer = ask_bucket(path, 'PUT', body, **{'if-none-match': '*', 'content-type': kind}, **more)
    return answer._replace(status={200: 201, 412: 409}.get(answer.status, answer.status))


def peers(known):
    """As machines read it: how often the list was changed is the program's own concern."""
    answer = ask_bucket('peers.json', **known)
    if answer.status != 200:
        return answer
    board = json.loads(answer.body.read())
    text = json.dumps({'format': board['format'], 'peers': board['peers']}).encode()
    return answer._replace(headers={'Content-Length': str(len(text)), 'ETag': answer.headers['ETag']}, body=io.BytesIO(text))


class Door(ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 32

    def handle_error(self, _request, _address):
        say(f'A script has left in the middle: {sys.exc_info()[1]}')


def main():
    draft = f'{SOCKET}.draft'
    remove(draft)
    os.umask(0o177)
    with Door(draft, Visit) as door:
        # Whoever sees it is answered.
        os.replace(draft, SOCKET)
        # Nobody else ends it.
        door.serve_forever(poll_interval=None)


if __name__ == '__main__':
    main()
