#!/usr/bin/python3 -B
"""
Waits until the API says that this node is ready. It is asked as the node itself asks: with its own certificate, by the way that
its balancer leads. Says what is missing, each time that is something else.
"""
import os
import sys
import time
from kubernetes_api import TROUBLES, Api
from node_basis import NODE, say

API = Api('kubelet', int(os.environ.get('BALANCER_PORT', '6444')))
PATIENCE_SECONDS = int(os.environ.get('KUBERNETES_PATIENCE', '900'))
PAUSE_SECONDS = 2


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
        said = API.ask('GET', f'/api/v1/nodes/{NODE}')
    except TROUBLES as error:
        return f'no server of the API answers: {error or type(error).__name__}'
    if said.status == 404:
        return 'it has not made itself known yet'
    if said.status != 200:
        return f'the API answers {said.status}: {said.message}'
    conditions = said.body.get('status', {}).get('conditions', [])
    ready = next((condition for condition in conditions if condition['type'] == 'Ready'), None)
    if ready is None:
        return 'it has not said yet how it is'
    return None if ready['status'] == 'True' else ready.get('message') or ready.get('reason')


if __name__ == '__main__':
    main()
