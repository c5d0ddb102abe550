"""canary.py PREFIX: writes one key after the other through the member of this machine, and says what became of each."""
import base64
import http.client
import json
import ssl
import sys
import time

PKI = '/etc/bootstrap/pki'
PATIENCE_SECONDS = 3
PAUSE_SECONDS = 1


def connect():
    context = ssl.create_default_context(cafile=f'{PKI}/etcd-ca.crt')
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.load_cert_chain(f'{PKI}/etcd.crt', f'{PKI}/etcd.key')
    return http.client.HTTPSConnection('127.0.0.1', 2379, timeout=PATIENCE_SECONDS, context=context)


def put(connection, key):
    word = base64.b64encode(key.encode()).decode()
    connection.request('POST', '/v3/kv/put', json.dumps({'key': word, 'value': word}))
    answer = connection.getresponse()
    return answer.status == 200 and b'revision' in answer.read()


def uptime():
    with open('/proc/uptime', encoding='ascii') as file:
        return file.read().split(' ', 1)[0]


number = 0
connection = connect()
while True:
    number += 1
    try:
        is_kept = put(connection, f'{sys.argv[1]}{number}')
    except (OSError, http.client.HTTPException):
        is_kept = False
    if not is_kept:
        # What is answered late would be taken for the answer to the next.
        connection.close()
    print(uptime(), 'kept' if is_kept else 'refused', number, flush=True)
    time.sleep(PAUSE_SECONDS)
