"""
Which machines answer for services of the type LoadBalancer, at which addresses. An address is one at which packets arrive at the
machine, for only those does its proxy take: that of a cloud's network, not the public one that the cloud puts before it. Each port
is there once on a machine, so it is one service's; whoever has it keeps it, and of those who have not the eldest is first. Which
it has stands in its status: whoever takes over knows no more than that.
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
    is_excluded: bool

    @staticmethod
    def read(found):
        conditions = found.get('status', {}).get('conditions') or []
        is_ready = any(one['type'] == 'Ready' and one['status'] == 'True' for one in conditions)
        # Whoever is about to go is not come to any more.
        is_open = not found.get('spec', {}).get('unschedulable')
        labels = found['metadata'].get('labels') or {}
        return Node(found['metadata']['name'], is_ready and is_open, EXCLUDED in labels)


class Service(NamedTuple):
    namespace: str
    name: str
    uid: str
    version: str
    created: str
    is_ours: bool
    is_leaving: bool
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
            is_ours=is_balanced,
            is_leaving='deletionTimestamp' in metadata,
            ports=tuple((port['protocol'], port['port']) for port in ports),
            node_ports=tuple((port['protocol'], port['nodePort']) for port in ports if 'nodePort' in port),
            ingress=found.get('status', {}).get('loadBalancer', {}).get('ingress') or [],
        )

    @property
    def held_ports(self):
        had = {(port['protocol'], port['port']) for one in self.ingress for port in one.get('ports') or []}
        return had & set(self.ports)

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
    known = [node for node in nodes if near.get(node.name) and not node.is_excluded]
    taken = [node for node in known if node.is_well] or known
    if not taken:
        return []
    addresses = sorted({near[node.name] for node in taken}) + ([outside] if outside else [])
    return [{'ip': address, 'ipMode': 'VIP'} for address in addresses] + [{'hostname': hostname}]


def answers(services, ingress, own_ports):
    """What each of ours is to show, by its uid."""
    holders = {port: service for service in services for port in service.node_ports}
    ours = sorted((service for service in services if service.is_ours), key=lambda one: (one.created, one.label))
    staying = [service for service in ours if not service.is_leaving]
    for service in staying:
        holders = dict.fromkeys(service.held_ports, service) | holders
    found = {service.uid: Answer([]) for service in ours if service.is_leaving}
    for service in staying:
        found[service.uid] = answer_for(service, ingress, own_ports, holders)
        if not found[service.uid].reason:
            holders |= dict.fromkeys(service.ports, service)
    return found


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
    *addresses, name = ingress
    has = [{'port': number, 'protocol': protocol} for protocol, number in service.ports]
    return Answer([*addresses, {**name, 'ports': has}])
