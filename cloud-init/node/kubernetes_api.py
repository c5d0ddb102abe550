"""How scripts of a node ask the API of Kubernetes: as whom a certificate of the machine speaks of, on a port of the machine itself."""
import http.client
import json
import ssl
from typing import NamedTuple
from node_basis import ETC

PKI = f'{ETC}/pki'
ANSWER_SECONDS = 10
# So long a watch lasts, and so long nothing may be heard of it: it hears at least that it ends.
WATCH_SECONDS = 45
SILENCE_SECONDS = 60
MERGE = 'application/merge-patch+json'

# What may come of asking: all of them mean that it is to be asked again.
TROUBLES = (OSError, http.client.HTTPException, ValueError)


class Said(NamedTuple):
    status: int
    body: dict

    @property
    def message(self):
        return self.body.get('message') or json.dumps(self.body)[:200]


class Api:
    def __init__(self, purpose, port, key=None):
        self.purpose = purpose
        self.port = port
        self.key = key or f'{PKI}/{purpose}.key'

    def ask(self, method, path, body=None, content_type='application/json'):
        connection = self.connect(ANSWER_SECONDS)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {} if body is None else {'Content-Type': content_type})
            answer = connection.getresponse()
            text = answer.read().decode(errors='replace')
            return Said(answer.status, as_object(text))
        finally:
            connection.close()

    def watch(self, path, version):
        """What changes, as it changes, from that version on."""
        connection = self.connect(SILENCE_SECONDS)
        try:
            how = f'watch=1&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}&resourceVersion={version}'
            connection.request('GET', f'{path}?{how}')
            answer = connection.getresponse()
            while line := answer.readline():
                yield json.loads(line) if answer.status == 200 else {'type': 'ERROR'}
        finally:
            connection.close()

    def connect(self, seconds):
        # Read again for each: all of them may be renewed meanwhile.
        context = ssl.create_default_context(cafile=f'{PKI}/{self.purpose}-ca.crt')
        context.load_cert_chain(f'{PKI}/{self.purpose}.crt', self.key)
        return http.client.HTTPSConnection('127.0.0.1', self.port, timeout=seconds, context=context)


def as_object(text):
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    # Some refusals are sentences.
    return found if isinstance(found, dict) else {'message': text[:200]}
