#!/usr/bin/python3 -B
"""
Gives services of the type LoadBalancer the addresses of the machines that answer for them, and takes these back when machines go,
or are about to. It looks at what has changed at once, and at everything now and then; of those on several machines one acts.
"""
import json
import os
import sys
import threading
import time
from datetime import datetime, timezone
from hashlib import sha256
from kubernetes_api import MERGE, TROUBLES, Api
from kubernetes_sight import Sight
from kubernetes_turn import Turn
from node_basis import NODE, ROOT, STATE, read, say
from service_answers import DHCP_CLIENT, SSH, Node, Service, answers, ingress_of

NAME = 'bootstrap-services'
KEY = f'{ROOT}/run/credentials/{NAME}.service/services.key'
# Its certificate is only good for this.
PURPOSE = 'services'
ROUND_SECONDS = 10
# What has changed often changes a little more.
GATHER_SECONDS = 0.5
# An event that nobody renews is forgotten after an hour.
REMIND_SECONDS = 1800


def main():
    api = Api(PURPOSE, int(os.environ['API_PORT']), KEY)
    changed = threading.Event()
    services = Sight(api, '/api/v1/services', Service.read, changed)
    nodes = Sight(api, '/api/v1/nodes', Node.read, changed)
    for sight in (services, nodes):
        sight.start()
    clerk = Clerk(api)
    turn = Turn(api, 'kube-system', NAME, NODE)
    said = None
    while services.is_alive() and nodes.is_alive():
        changed.wait(ROUND_SECONDS)
        time.sleep(GATHER_SECONDS)
        changed.clear()
        try:
            if turn.is_mine() and None not in (services.objects, nodes.objects):
                clerk.one_round(services.objects.values(), nodes.objects.values())
            trouble = None
        except TROUBLES as error:
            trouble = f'Not in this round: {error or type(error).__name__}'
        if trouble is not None and trouble != said:
            say(trouble)
        said = trouble
    sys.exit('Something is not seen any more: this program begins anew.')


class Clerk:
    def __init__(self, api):
        self.api = api
        self.own_ports = {SSH, DHCP_CLIENT, ('TCP', int(os.environ['API_PORT'])), ('UDP', int(os.environ['OVERLAY_PORT']))}
        # By the uid of a service: what was last said of it, and when.
        self.told = {}

    def one_round(self, services, nodes):
        peers = json.loads(read(f'{STATE}/peers.json') or '{"peers": []}')['peers']
        ingress = ingress_of(nodes, peers, os.environ['OUTSIDE_ADDRESS'], os.environ['DOMAIN'])
        wanted = answers(services, ingress, self.own_ports)
        self.told = {uid: told for uid, told in self.told.items() if uid in wanted}
        refusals = []
        # Whoever gives a port back does so before another one has it.
        for service in sorted(services, key=lambda one: bool(wanted.get(one.uid) and wanted[one.uid].ingress)):
            answer = wanted.get(service.uid)
            if answer is None:
                continue
            if answer.ingress != service.ingress:
                refusals += self.write(service, answer.ingress)
            if answer.reason:
                self.tell(service, answer)
        if refusals:
            raise OSError(' '.join(refusals))

    def write(self, service, ingress):
        """Only as it was seen: when it has changed meanwhile, that is heard of. What is refused keeps nobody else waiting."""
        status = {'loadBalancer': {'ingress': ingress or None}}
        body = {'metadata': {'resourceVersion': service.version}, 'status': status}
        path = f'/api/v1/namespaces/{service.namespace}/services/{service.name}/status'
        said = self.api.ask('PATCH', path, body, MERGE)
        if said.status == 200:
            say(f'{service.label}: {", ".join(one.get("ip") or one["hostname"] for one in ingress) or "nothing any more"}')
        elif said.status not in (404, 409):
            return [f'{service.label} is not written: {said.status}: {said.message}']
        return []

    def tell(self, service, answer):
        message, at = self.told.get(service.uid, ('', 0))
        if message == answer.message and time.monotonic() - at < REMIND_SECONDS:
            return
        said = self.api.ask('POST', f'/api/v1/namespaces/{service.namespace}/events', event_of(service, answer))
        # One that is there already says the same.
        if said.status in (201, 409):
            self.told[service.uid] = (answer.message, time.monotonic())
            say(f'{service.label}: {answer.message}')


def event_of(service, answer):
    now = datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    digest = sha256(f'{service.uid} {answer.message}'.encode()).hexdigest()[:16]
    about = {'apiVersion': 'v1', 'kind': 'Service', 'namespace': service.namespace, 'name': service.name, 'uid': service.uid}
    return {
        'apiVersion': 'v1',
        'kind': 'Event',
        'metadata': {'namespace': service.namespace, 'name': f'{service.name}.{digest}'},
        'involvedObject': about,
        'type': 'Warning',
        'reason': answer.reason,
        'message': answer.message,
        'source': {'component': NAME},
        'reportingComponent': NAME,
        'reportingInstance': NODE,
        'firstTimestamp': now,
        'lastTimestamp': now,
        'count': 1,
    }


if __name__ == '__main__':
    main()
