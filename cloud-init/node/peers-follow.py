#!/usr/bin/python3 -B
"""
Asks the mailbox again and again who is in the overlay, and makes that the peers of this node. The last good list is kept on
the disk; as long as there is no better one, nothing changes, for an hour or for ever.
"""
import os
import time
from balancer_list import lead_to_servers
from node_basis import RUN, STATE, ask_mailbox, read, say, write_durably
from peer_list import BYTES_MAX, Flaw, apply_list

LIST = f'{STATE}/peers.json'
ETAG = f'{STATE}/peers.etag'
# Others see by it that the list is of now.
CONFIRMED = f'{RUN}/peers-confirmed'

# Often while the others appear, then seldom.
OFTEN_SECONDS = float(os.environ.get('PEERS_SECONDS', '5'))
SELDOM_SECONDS = 3 * OFTEN_SECONDS
# So many answers without news, and nobody new is expected.
QUIET = 24


def main():
    quiet = 0
    said = None
    while True:
        is_news, sentence = one_round()
        # Only when it is another than the last.
        if sentence != said:
            say(sentence)
        said = None if is_news else sentence
        quiet = 0 if is_news else quiet + 1
        time.sleep(OFTEN_SECONDS if quiet < QUIET else SELDOM_SECONDS)


def one_round():
    """Whether the list has changed, and what there is to say of it."""
    # Whoever has lost the list has not got it, whatever was answered last.
    etag = read(ETAG).strip() if os.path.exists(LIST) else ''
    answer = ask_mailbox('peers', etag, BYTES_MAX + 1)
    if answer is None or answer.status not in (200, 304):
        return False, f'No list from the mailbox: it answers {answer.status if answer else "nothing"}.'
    if answer.status == 304 or answer.body == read(LIST).encode():
        confirm()
        return False, 'The list is confirmed.'
    try:
        count = apply_list(answer.body)
    except Flaw as flaw:
        return False, f'The list of peers is refused: {flaw}'
    lead_to_servers(answer.body)
    # First in the kernel, where it is checked, then on the disk, then the answer as one that need not be given again.
    write_durably(LIST, answer.body)
    write_durably(ETAG, answer.etag)
    confirm()
    return True, f'The list has changed: {count} peers.'


def confirm():
    with open(CONFIRMED, 'w', encoding='utf-8'):
        pass


if __name__ == '__main__':
    main()
