"""
Which machines answer for services of the type LoadBalancer, at which addresses. An address is one at which packets arrive at the
machine, for only those does its proxy take: that of a cloud's network, not the public one that the cloud puts before it. Each port
is there once on a machine, so it is one service's; whoever has it keeps it, and among those who have none the eldest is first.
"""
import re
from typing import NamedTuple

SERVES = re.compile(r'(worker|converged)-[0-9]+')
EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'
DHCP_CLIENT = ('UDP', 68)
SSH = ('TCP', 22)


class Node(NamedTuple):
    name: str
    is_well: bool

    @staticmethod
    def read(found):
        conditions = found.get('status', {}).get('conditions') or []
        is_ready = any(one['type'] == 'Ready' and one['status'] == 'True' for one in conditions)
        # Whoever is about to go is not come to any more.
        is_open = not found.get('spec', {}).get('unschedulable')
        is_wanted = EXCLUDED not in (found['metadata'].get('labels') or {})
        return Node(found['metadata']['name'], is_ready and is_open and is_wanted)


class Service(NamedTuple):
    namespace: str
    name: str
    uid: str
    version: str
    created: str
    is_ours: bool
    # Each as its protocol and number.
    ports: tuple
    node_ports: tuple
    ingress: list

    @staticmethod
    def read(found):
        metadata, spec = found['metadata'], found['spec']
        is_balanced = spec.get('type') == 'LoadBalancer' and 'loadBalancerClass' not in spec
        ports = spec.get('ports') or []
        return Service(
            namespace=metadata['namespace'],
            name=metadata['name'],
            uid=metadata['uid'],
            version=metadata['resourceVersion'],
            created=metadata['creationTimestamp'],
            is_ours=is_balanced and 'deletionTimestamp' not in metadata,
            ports=tuple((port['protocol'], port['port']) for port in ports),
            node_ports=tuple((port['protocol'], port['nodePort']) for port in ports if 'nodePort' in port),
            ingress=found.get('status', {}).get('loadBalancer', {}).get('ingress') or [],
        )

    @property
    def label(self):
        return f'{self.namespace}/{self.name}'


class Answer(NamedTuple):
    ingress: list
    # Why there is none, for whoever waits for it.
    reason: str = ''
    message: str = ''


def ingress_of(nodes, peers, outside, hostname):
    """Where nobody is well all stay: they are not better off without."""
    near = {peer['node']: peer['endpoints']['near'].rpartition(':')[0] for peer in peers if SERVES.fullmatch(peer['node'])}
    known = [node for node in nodes if near.get(node.name)]
    taken = [node for node in known if node.is_well] or known
    if not taken:
        return []
    addresses = sorted({near[node.name] for node in taken}) + ([outside] if outside else [])
    return [{'ip': address, 'ipMode': 'VIP'} for address in addresses] + [{'hostname': hostname}]


def answers(services, ingress, own_ports):
    """What each of ours is to show, by its uid."""
    holders = {port: service for service in services for port in service.node_ports}
    found = {}
    for service in sorted(filter(lambda one: one.is_ours, services), key=turn):
        found[service.uid] = answer_for(service, ingress, own_ports, holders)
        if not found[service.uid].reason:
            holders |= dict.fromkeys(service.ports, service)
    return found


def turn(service):
    return not service.ingress, service.created, service.label


def answer_for(service, ingress, own_ports, holders):
    for port in service.ports:
        label = f'{port[1]}/{port[0]}'
        if port in own_ports:
            return Answer([], 'PortReserved', f'Port {label} is one that machines have for themselves.')
        holder = holders.get(port, service)
        if holder.uid != service.uid:
            return Answer([], 'PortTaken', f'Port {label} of the machines is taken by the service {holder.label}.')
    if not ingress:
        return Answer([], 'NoNode', 'There is no node yet that answers for services.')
    return Answer(ingress)
