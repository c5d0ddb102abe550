#!/usr/bin/python3 -B
"""
Waits until the API says that this node is ready. It is asked as the node itself asks: with its own certificate, by the way that
its balancer leads. Says what is missing, each time that is something else.
"""
import http.client
import json
import os
import ssl
import sys
import time
from node_basis import ETC, NODE, say

PKI = f'{ETC}/pki'
PORT = int(os.environ.get('BALANCER_PORT', '6444'))
PATIENCE_SECONDS = int(os.environ.get('KUBERNETES_PATIENCE', '900'))
PAUSE_SECONDS = 2
ANSWER_SECONDS = 10


def main():
    until = time.monotonic() + PATIENCE_SECONDS
    said = None
    while True:
        missing = look()
        if missing is None:
            return
        if time.monotonic() > until:
            sys.exit(f'This node is not ready: {missing}')
        if missing != said:
            say(f'Waiting: {missing}')
        said = missing
        time.sleep(PAUSE_SECONDS)


def look():
    """None: nothing is missing."""
    try:
        status, body = ask(f'/api/v1/nodes/{NODE}')
    except (OSError, http.client.HTTPException) as error:
        return f'no server of the API answers: {error or type(error).__name__}'
    if status == 404:
        return 'it has not made itself known yet'
    if status != 200:
        return f'the API answers {status}: {message_of(body)}'
    conditions = json.loads(body).get('status', {}).get('conditions', [])
    ready = next((condition for condition in conditions if condition['type'] == 'Ready'), None)
    if ready is None:
        return 'it has not said yet how it is'
    return None if ready['status'] == 'True' else ready.get('message') or ready.get('reason')


def ask(path):
    # Read again for each: all of them may be renewed meanwhile.
    context = ssl.create_default_context(cafile=f'{PKI}/kubelet-ca.crt')
    context.load_cert_chain(f'{PKI}/kubelet.crt', f'{PKI}/kubelet.key')
    connection = http.client.HTTPSConnection('127.0.0.1', PORT, timeout=ANSWER_SECONDS, context=context)
    try:
        connection.request('GET', path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def message_of(body):
    try:
        return json.loads(body).get('message', '')
    except ValueError:
        return repr(body[:200])


if __name__ == '__main__':
    main()
