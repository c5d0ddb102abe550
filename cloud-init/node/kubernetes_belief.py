"""
Certificates that have been renewed the programs of Kubernetes read by themselves; whom they believe, not all of them. When that has
changed they are started again, the server of the API on one machine at a time: by the lock by which members of etcd are.
"""
import os
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from certificate_letter import PKI, NotYet
from etcd_belief import RETURN_SECONDS, give_back, take_lock
from etcd_cluster import Refused
from node_basis import STATE, read, say, write_durably

API = 'bootstrap-apiserver.service'
BALANCER = 'bootstrap-balancer.service'
# In this order: each finds again whom it asks.
BELIEVES = {
    BALANCER: ('kubelet',),
    API: ('apiserver', 'apiserver-etcd', 'front-proxy'),
    'bootstrap-controller-manager.service': ('controller-manager',),
    'bootstrap-scheduler.service': ('scheduler',),
    'bootstrap-kubelet.service': ('kubelet',),
    'bootstrap-proxy.service': ('proxy',),
}
PAUSE_SECONDS = 2


def believe_anew():
    for unit, purposes in BELIEVES.items():
        note = f'{STATE}/kubernetes/{unit}.believes'
        wanted = ''.join(read(f'{PKI}/{purpose}-ca.crt') for purpose in purposes)
        # Without a note it has never been started.
        if not os.path.exists(note) or read(note) == wanted:
            continue
        lease = lock() if unit == API else None
        try:
            systemctl('try-reload-or-restart' if unit == BALANCER else 'try-restart', unit)
            write_durably(note, wanted)
            say(f'{unit} believes others now.')
            if lease is not None:
                await_server()
        finally:
            if lease is not None:
                give_back(lease)


def lock():
    """Only members of etcd have a server of the API."""
    try:
        return take_lock()
    except Refused as refused:
        raise NotYet(f'the server of the API is to be started again, but: {refused}') from None


def await_server():
    until = time.monotonic() + RETURN_SECONDS
    url = f'https://127.0.0.1:{os.environ["API_PORT"]}/readyz'
    while True:
        try:
            context = ssl.create_default_context(cafile=f'{PKI}/apiserver-ca.crt')
            with urllib.request.urlopen(url, timeout=10, context=context):
                return
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > until:
                raise NotYet(f'the server of the API was started again, and is not well: {error}') from None
        time.sleep(PAUSE_SECONDS)


def systemctl(verb, unit):
    if subprocess.run(['systemctl', verb, unit], check=False).returncode != 0:
        raise NotYet(f'{unit} cannot be started again')
