"""
A letter with renewed certificates, put in the place of those that this machine has. All of it is checked first, and one flaw
refuses it whole. Whoever is killed while it is put there takes it once more, and comes to the same end.
"""
import json
import os
import re
import ssl
import subprocess
import time
from typing import NamedTuple
from node_basis import ETC, RUN, write_all_durably

PKI = f'{ETC}/pki'
AUTHORITIES_OF_ETCD = f'{PKI}/etcd-ca.crt'

FORMAT = 1
BYTES_MAX = 128 * 1024
# How far this machine's clock may be off.
SKEW_SECONDS = 300
AUTHORITIES_MAX = 4
PURPOSE = re.compile(r'[a-z][a-z-]{0,30}')
BLOCK = re.compile(r'-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE-----\n?')


class Refused(Exception):
    """It will never be good."""


class NotYet(Exception):
    """It may be good later."""


class Pair(NamedTuple):
    purpose: str
    certificate: str
    authorities: str


class Facts(NamedTuple):
    key: str
    # Who it is, and what it is good for.
    holder: str
    begins: int
    ends: int


def take(letter, number):
    """What is to be said of it."""
    pairs = read_letter(letter, number)
    lines = [check(pair) for pair in pairs]
    put_in_place(pairs)
    return ' '.join(lines)


def own_box():
    return read(f'{ETC}/box').strip()


def read_letter(letter, number):
    expect(len(letter) <= BYTES_MAX, 'it is too large')
    try:
        letter = json.loads(letter)
    except (ValueError, RecursionError):
        raise Refused('it is no JSON') from None
    expect(isinstance(letter, dict) and set(letter) == {'format', 'box', 'number', 'certificates'}, 'it has another form')
    expect(letter['format'] == FORMAT, 'it has another format')
    expect(letter['box'] == own_box(), 'it is for another machine')
    expect(letter['number'] == number, 'it has another number')
    certificates = letter['certificates']
    expect(isinstance(certificates, dict) and certificates, 'there is no certificate in it')
    return [read_pair(purpose, pair) for purpose, pair in sorted(certificates.items())]


def read_pair(purpose, pair):
    expect(PURPOSE.fullmatch(purpose), 'a certificate has no purpose')
    expect(isinstance(pair, dict) and set(pair) == {'certificate', 'authority'}, f'{purpose} has another form')
    expect(all(isinstance(text, str) for text in pair.values()), f'{purpose} has another form')
    expect(len(blocks(pair['certificate'])) == 1, f'{purpose} has not one certificate')
    expect(0 < len(blocks(pair['authority'])) <= AUTHORITIES_MAX, f'{purpose} has no authority, or too many')
    return Pair(purpose, pair['certificate'], pair['authority'])


def blocks(text):
    """The certificates in a text that holds nothing else, each as its bytes in base64; of any other text: none."""
    if BLOCK.sub('', text).strip():
        return []
    return [''.join(body.split()) for body in BLOCK.findall(text)]


def check(pair):
    """Whether it continues what this machine has. Answers what is to be said of it."""
    purpose, certificate, authorities = pair
    expect(os.path.exists(f'{PKI}/{purpose}.key'), f'this machine has no key for {purpose}')
    expect(os.path.exists(f'{PKI}/{purpose}.crt'), f'this machine has no certificate for {purpose} to be renewed')
    before, after = facts_of(purpose, read(f'{PKI}/{purpose}.crt')), facts_of(purpose, certificate)
    believed = blocks(read(f'{PKI}/{purpose}-ca.crt'))
    expect(after.key == own_key(purpose), f'the certificate for {purpose} is for another key')
    expect(after.holder == before.holder, f'the certificate for {purpose} is for somebody or something else')
    expect(after.begins >= before.begins, f'the certificate for {purpose} is older than the one that is here')
    expect(
        any(authority in believed for authority in blocks(authorities)),
        f'{purpose} would believe nobody whom it believes now',
    )
    check_time(purpose, after)
    check_signature(pair, after)
    if certificate == read(f'{PKI}/{purpose}.crt') and authorities == read(f'{PKI}/{purpose}-ca.crt'):
        return f'{purpose} is as it should be.'
    ends = time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(after.ends))
    whom = len(blocks(authorities))
    return f'{purpose} is certified until {ends} UTC, and believes {whom} {"authority" if whom == 1 else "authorities"}.'


def facts_of(purpose, certificate):
    told = openssl(purpose, 'x509', '-noout', '-startdate', '-enddate', '-pubkey', given=certificate)
    holder = openssl(
        purpose, 'x509', '-noout', '-subject', '-nameopt', 'RFC2253', '-ext', 'extendedKeyUsage', given=certificate
    )
    dates = dict(re.findall(r'^(notBefore|notAfter)=(.*)$', told, re.MULTILINE))
    begins, ends = (ssl.cert_time_to_seconds(dates[name]) for name in ('notBefore', 'notAfter'))
    return Facts(told[told.index('-----BEGIN') :].strip(), holder, begins, ends)


def own_key(purpose):
    return openssl(purpose, 'pkey', '-in', f'{PKI}/{purpose}.key', '-pubout').strip()


def check_time(purpose, facts):
    now = time.time()
    expect(facts.ends > now - SKEW_SECONDS, f'the certificate for {purpose} is no longer valid')
    if facts.begins > now + SKEW_SECONDS:
        raise NotYet(f'the certificate for {purpose} is not valid yet, by the clock of this machine')


def check_signature(pair, facts):
    # Of now, but never before it was signed: clocks differ.
    moment = min(max(int(time.time()), facts.begins), facts.ends)
    trusted = f'{RUN}/renewal-authorities'
    write_all_durably([(trusted, pair.authorities, 0o600)])
    # The system's own authorities have no say.
    alone = ('-no-CApath', '-no-CAstore', '-CAfile', trusted)
    openssl(pair.purpose, 'verify', '-attime', str(moment), *alone, given=pair.certificate)


def openssl(purpose, *words, given=None):
    done = subprocess.run(['openssl', *words], input=given, capture_output=True, text=True, check=False)
    if done.returncode < 0:
        raise NotYet(f'{purpose}: openssl {words[0]} was killed')
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise Refused(f'{purpose}: openssl {words[0]} says: {lines[-1][:200] if lines else "nothing"}')
    return done.stdout


def put_in_place(pairs):
    """Whom to believe comes first: until both are there, each of the two still goes with what it was beside."""
    files = []
    for purpose, certificate, authorities in pairs:
        files += [(f'{PKI}/{purpose}-ca.crt', authorities, 0o644), (f'{PKI}/{purpose}.crt', certificate, 0o644)]
    write_all_durably(files)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def expect(condition, sentence):
    if not condition:
        raise Refused(sentence)
