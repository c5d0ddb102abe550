"""
Python reads this by itself when it starts. What the switch named kill-switch does for programs, it does for what is asked
over TLS: each request is a call, and its path has the word.
"""
import http.client
import os
import signal

ROOT = os.environ['BOOTSTRAP_ROOT']


def read(name):
    try:
        with open(f'{ROOT}/{name}', encoding='utf-8') as file:
            return file.read().strip()
    except FileNotFoundError:
        return ''


def end():
    os.kill(0, signal.SIGKILL)


def switched_request(self, method, url, *arguments, **options):
    self.call = int(read('calls') or 0) + 1
    with open(f'{ROOT}/calls', 'w', encoding='utf-8') as file:
        file.write(str(self.call))
    when, _, side = read('kill-at').partition(' ')
    if side == 'before' and when in (str(self.call), url.rsplit('/', 1)[-1]):
        end()
    http.client.HTTPConnection.request(self, method, url, *arguments, **options)


def switched_getresponse(self):
    answer = http.client.HTTPConnection.getresponse(self)
    if read('kill-at') == f'{self.call} after':
        end()
    return answer


http.client.HTTPSConnection.request = switched_request
http.client.HTTPSConnection.getresponse = switched_getresponse
