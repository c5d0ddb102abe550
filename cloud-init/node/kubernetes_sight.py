"""All objects of one kind in the API, kept as they are now, and of each only what is wanted of it."""
import threading
import time
from kubernetes_api import TROUBLES
from node_basis import say

PAUSE_SECONDS = 3
# Between one watch and the next, should they end at once.
BREATH_SECONDS = 0.5
# So often all are looked at anew, whatever was heard meanwhile.
ANEW_SECONDS = 600


class Sight(threading.Thread):
    def __init__(self, api, path, reading, changed):
        super().__init__(daemon=True)
        self.api = api
        self.path = path
        self.reading = reading
        self.changed = changed
        # By their uids; None: nothing was seen yet.
        self.objects = None

    def run(self):
        said = None
        while True:
            try:
                self.follow()
                trouble = None
            except TROUBLES as error:
                trouble = f'{self.path} is not seen: {error or type(error).__name__}'
                time.sleep(PAUSE_SECONDS)
            if trouble is not None and trouble != said:
                say(trouble)
            said = trouble

    def follow(self):
        said = self.api.ask('GET', self.path)
        if said.status != 200:
            raise OSError(f'the API answers {said.status}: {said.message}')
        self.show({one['metadata']['uid']: self.reading(one) for one in said.body['items']})
        version = said.body['metadata']['resourceVersion']
        until = time.monotonic() + ANEW_SECONDS
        while time.monotonic() < until:
            for event in self.api.watch(self.path, version):
                if event['type'] == 'ERROR':
                    # What it would go on from is forgotten.
                    time.sleep(PAUSE_SECONDS)
                    return
                version = event['object']['metadata']['resourceVersion']
                if event['type'] != 'BOOKMARK':
                    self.take(event['type'], event['object'])
            time.sleep(BREATH_SECONDS)

    def take(self, event, found):
        uid = found['metadata']['uid']
        if event == 'DELETED':
            self.show({known: one for known, one in self.objects.items() if known != uid})
        else:
            self.show(self.objects | {uid: self.reading(found)})

    def show(self, objects):
        if objects != self.objects:
            self.objects = objects
            self.changed.set()
