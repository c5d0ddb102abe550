"""
Of several that would do the same, one does it: whoever keeps renewing a lease in the API. One that was not renewed for as long as
it says belongs to whoever takes it; how long that is, each measures by its own clock.
"""
import time
from datetime import datetime, timezone

RENEW_SECONDS = 10
LEASE_SECONDS = 30


class Turn:
    def __init__(self, api, namespace, name, holder):
        self.api = api
        self.leases = f'/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases'
        self.name = name
        self.holder = holder
        self.is_ours = False
        self.asked_at = float('-inf')
        # The version of another's, and when it was first seen.
        self.seen = None
        self.seen_at = 0

    def is_mine(self):
        now = time.monotonic()
        if now - self.asked_at >= RENEW_SECONDS:
            self.is_ours = False
            self.asked_at = now
            self.is_ours = self.take_or_renew(now)
        return self.is_ours

    def take_or_renew(self, now):
        said = self.api.ask('GET', f'{self.leases}/{self.name}')
        if said.status == 404:
            return self.api.ask('POST', self.leases, self.renewed({'name': self.name})).status == 201
        if said.status != 200:
            raise OSError(f'the API answers {said.status}: {said.message}')
        metadata, spec = said.body['metadata'], said.body.get('spec', {})
        if spec.get('holderIdentity') != self.holder:
            if metadata['resourceVersion'] != self.seen:
                self.seen, self.seen_at = metadata['resourceVersion'], now
            if now - self.seen_at < LEASE_SECONDS:
                return False
        # Only as it was seen: of two that take it one is refused.
        return self.api.ask('PUT', f'{self.leases}/{self.name}', self.renewed(metadata)).status == 200

    def renewed(self, metadata):
        now = datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')
        spec = {'holderIdentity': self.holder, 'leaseDurationSeconds': LEASE_SECONDS, 'renewTime': now}
        return {'apiVersion': 'coordination.k8s.io/v1', 'kind': 'Lease', 'metadata': metadata, 'spec': spec}
