#!/usr/bin/python3 -B
"""
Asks the mailbox now and then what this machine is to run from now on. That comes in letters with numbers. What is good is noted
for the agent, which is started to do it; what is not is refused, and everything stays as it is.
"""
import io
import json
import os
import re
import subprocess
import sys
import time
from node_basis import ETC, MAILBOX_SECONDS, STATE, ask_mailbox, put_to_mailbox, read, say, write_durably

FORMAT = 1
BYTES_MAX = 64 * 1024
AGENT = 'bootstrap-node.service'
# The number of the letter, and a line for each asset: the agent does it.
UPDATE = f'{STATE}/update'
# The number of the last letter that was looked at.
TAKEN = f'{STATE}/updates'
SENT = f'{STATE}/sent'

SECONDS = float(os.environ.get('UPDATES_SECONDS', '20'))

NAME = re.compile(r'[a-z][a-z0-9.-]{0,60}')
SHA256 = re.compile(r'[0-9a-f]{64}')
FORMS = ('program', 'tar.gz', 'image')


class Refused(Exception):
    """It will never be good."""


def main():
    said = None
    resume()
    while True:
        sentence = one_round()
        if sentence not in (None, said):
            say(sentence)
        said = sentence
        if sys.argv[1:] == ['once']:
            return
        # Never all machines in one moment.
        time.sleep(SECONDS * (0.5 + os.urandom(1)[0] / 256))


def resume():
    """Whoever was killed between the note and the start."""
    number = read(UPDATE).partition('\n')[0]
    if number and not any(os.path.exists(f'{SENT}/{answer}-{number}') for answer in ('updated', 'halted')):
        start_agent()


def one_round():
    """What is to be said of it; None: nothing."""
    number = last_taken() + 1
    answer = ask_mailbox(f'letters/update-{number:02}', bytes_max=BYTES_MAX + 1)
    if answer is None or answer.status not in (200, 404):
        return f'No update from the mailbox: it answers {answer.status if answer else "nothing whole"}.'
    if answer.status == 404:
        return None
    try:
        lines = read_letter(answer.body, number)
    except Refused as refused:
        if refuse(number, str(refused)):
            write_durably(TAKEN, f'{number}\n')
        return f'Update {number:02}: Refused: {refused}.'
    write_durably(UPDATE, f'{number:02}\n' + ''.join(lines))
    write_durably(TAKEN, f'{number}\n')
    start_agent()
    return f'Update {number:02}: the agent begins.'


def last_taken():
    """Its welcome says how many its node was sent before there was this machine."""
    found = [text for text in (read(TAKEN).strip(), os.environ.get('UPDATES', '')) if re.fullmatch('[0-9]{1,6}', text)]
    return max(map(int, found), default=0)


def read_letter(letter, number):
    expect(len(letter) <= BYTES_MAX, 'it is too large')
    try:
        letter = json.loads(letter)
    except (ValueError, RecursionError):
        raise Refused('it is no JSON') from None
    expect(isinstance(letter, dict) and set(letter) == {'format', 'box', 'number', 'assets'}, 'it has another form')
    expect(letter['format'] == FORMAT, 'it has another format')
    expect(letter['box'] == read(f'{ETC}/box').strip(), 'it is for another machine')
    expect(letter['number'] == number, 'it has another number')
    expect(isinstance(letter['assets'], list) and letter['assets'], 'there is no asset in it')
    lines = [asset_line(asset) for asset in letter['assets']]
    names = [line.split()[2] for line in lines]
    expect(len(set(names)) == len(names), 'two assets have one name')
    return lines


def asset_line(asset):
    expect(isinstance(asset, dict) and set(asset) == {'name', 'sha256', 'form'}, 'an asset has another form')
    expect(isinstance(asset['name'], str) and NAME.fullmatch(asset['name']), 'an asset has no name')
    expect(isinstance(asset['sha256'], str) and SHA256.fullmatch(asset['sha256']), 'an asset has no digest')
    expect(asset['form'] in FORMS, 'an asset has a form that this machine does not know')
    return f'{asset["sha256"]} {asset["form"]} {asset["name"]}\n'


def refuse(number, reason):
    """In the words of one that was begun: nothing of it was."""
    report = {'format': FORMAT, 'box': read(f'{ETC}/box').strip(), 'stage': 'update', 'reason': f'Refused: {reason}.'}
    body = json.dumps({**report, 'lastLines': []}).encode()
    return put_to_mailbox(f'letters/halted-{number:02}', io.BytesIO(body), MAILBOX_SECONDS) in (201, 409)


def start_agent():
    """One that is at work on something earlier begins anew."""
    subprocess.run(['systemctl', 'restart', '--no-block', AGENT], check=False)


def expect(condition, sentence):
    if not condition:
        raise Refused(sentence)


if __name__ == '__main__':
    main()
