#!/usr/bin/python3 -B
"""
Asks the mailbox now and then for renewed certificates of this machine. They come in letters with numbers; what is good is put
where those who use it read it, and what is not is refused: then everything stays as it is. Whichever it was, the mailbox is
told, and what it was not told is done and told again.
"""
import io
import json
import os
import re
import sys
import time
from certificate_letter import AUTHORITIES_OF_ETCD, BYTES_MAX, FORMAT, NotYet, Refused, own_box, take
from kubernetes_belief import believe_anew
from node_basis import MAILBOX_SECONDS, STATE, ask_mailbox, put_to_mailbox, read, say, write_durably

# The number of the last letter that was answered.
ANSWERED = f'{STATE}/renewals'
# Whom etcd believes it reads when it starts; this is what the one that runs has read.
IN_FORCE = f'{STATE}/etcd-believes'

SELDOM_SECONDS = float(os.environ.get('CERTIFICATES_SECONDS', '300'))
# For a while when something has come, for more may follow.
OFTEN_SECONDS = SELDOM_SECONDS / 15
# So many rounds without news, and none is expected.
QUIET = 30


def main():
    follower = Follower()
    if sys.argv[1:] == ['once']:
        while follower.one_round():
            pass
        return
    quiet = QUIET
    while True:
        quiet += 1
        while follower.one_round():
            quiet = 0
        if follower.taken:
            quiet = 0
        usual = OFTEN_SECONDS if quiet < QUIET else SELDOM_SECONDS
        # Never all machines in one moment.
        time.sleep(usual * (0.5 + os.urandom(1)[0] / 256))


class Follower:
    def __init__(self):
        self.said = None
        # What is to be said of the letter that is taken and not yet answered, for something is still to be started again.
        self.taken = None

    def one_round(self):
        """Whether a letter has come and is answered."""
        number = last_answered() + 1
        try:
            return self.take_and_answer(number)
        except Refused as refused:
            self.mention(f'Renewal {number:02}: Refused: {refused}.')
            return self.tell(number, f'refused-{number:02}', {'reason': str(refused)})
        except (NotYet, OSError) as reason:
            self.mention(f'Renewal {number:02}: It is not taken yet: {reason}.')
            return False

    def take_and_answer(self, number):
        if self.taken is None:
            letter = self.letter(number)
            if letter is None:
                return False
            self.taken = take(letter, number)
        believe_anew()
        if not is_in_force():
            self.mention(f'Renewal {number:02} is here: etcd is still to be started again.')
            return False
        self.mention(f'Renewal {number:02}: {self.taken}')
        return self.tell(number, f'renewed-{number:02}', {})

    def letter(self, number):
        answer = ask_mailbox(f'letters/renewal-{number:02}', bytes_max=BYTES_MAX + 1)
        if answer is not None and answer.status == 200:
            return answer.body
        if answer is None or answer.status != 404:
            self.mention(f'No renewal from the mailbox: it answers {answer.status if answer else "nothing whole"}.')
        return None

    def tell(self, number, name, more):
        body = json.dumps({'format': FORMAT, 'box': own_box(), **more}).encode()
        status = put_to_mailbox(f'letters/{name}', io.BytesIO(body), MAILBOX_SECONDS)
        if status not in (201, 409):
            self.mention(f'The mailbox does not take the letter {name}: it answers {status or "nothing"}.')
            return False
        self.taken = None
        write_durably(ANSWERED, f'{number}\n')
        return True

    def mention(self, sentence):
        """Only when it is another than the last."""
        if sentence != self.said:
            say(sentence)
        self.said = sentence


def last_answered():
    """Whoever has lost count begins again: what is here already is as it should be, and what is older is refused."""
    number = read(ANSWERED).strip()
    return int(number) if re.fullmatch('[0-9]{1,6}', number) else 0


def is_in_force():
    """The care of etcd sees to that, and until then the letter is not answered."""
    return not os.path.exists(IN_FORCE) or read(IN_FORCE) == read(AUTHORITIES_OF_ETCD)


if __name__ == '__main__':
    main()
