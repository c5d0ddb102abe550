#!/usr/bin/python3 -BS
"""
What the agent says and hears at the mailbox, where curl may not be installed yet:
  ask-mailbox.py put PATH          leaves there what its input says, and tells the status of the answer, 0 for none
  ask-mailbox.py await PATH FILE   until there is something, which becomes the file
"""
import io
import sys
import time
from node_basis import MAILBOX_SECONDS, ask_mailbox, put_to_mailbox

AWAITED_SECONDS = 2
BYTES_MAX = 2**20


def main(verb, path, *file):
    if verb == 'put':
        print(put_to_mailbox(path, io.BytesIO(sys.stdin.buffer.read()), MAILBOX_SECONDS) or 0)
    else:
        wait(path, *file)


def wait(path, file):
    while True:
        answer = ask_mailbox(path, bytes_max=BYTES_MAX)
        if answer is not None and answer.status == 200:
            break
        time.sleep(AWAITED_SECONDS)
    with open(file, 'wb') as output:
        output.write(answer.body)


main(*sys.argv[1:])
