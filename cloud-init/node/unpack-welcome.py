#!/usr/bin/env python3
"""unpack-welcome.py FOLDER: makes files of a welcome, which it reads from its input.

What is in the welcome stays data: names are checked, and values are quoted where a shell reads them. All is checked
before anything is written; each file is whole and durable or not there. The last line of a refusal says why.
"""

import json
import os
import re
import shlex
import ssl
import sys
import tempfile

FORMAT = 1
PURPOSE = r"[a-z][a-z-]{0,30}"
SETTING = r"[A-Z][A-Z0-9_]*"
STAGE = r"[a-z][a-z-]*"
ASSET = r"[a-z][a-z0-9.-]{0,60}"
SHA256 = r"[0-9a-f]{64}"
FORMS = ("program", "tar.gz", "image")
# What changes how programs run, whoever starts them, is no setting of a node.
RESERVED = re.compile(
    r"(LD|PYTHON|BASH|LC|SSL|CURL|OPENSSL|SYSTEMD|GCONV|TAR)_?.*|PATH|IFS|ENV|HOME|SHELL|LANG|TZ|OPTIND|PS\d"
    r"|ROOT|ETC|OPT|STATE|RUN|LOGS|UNITS|REASON_FILE|BOOTSTRAP_ROOT|FORMAT|MAILBOX(_SOCKET)?|BUCKET(_REGION)?|IMDS|BUNDLE|.*_PROXY"
)


class Refused(Exception):
    pass


def expect(condition, sentence):
    if not condition:
        raise Refused(sentence)


def texts(welcome, member, name):
    """A member that is an object of texts, by names of this form."""
    value = welcome.get(member)
    expect(isinstance(value, dict), f"{member} is not an object.")
    for key, text in value.items():
        expect(re.fullmatch(name, key), f"{member} has a name that is none.")
        expect(isinstance(text, str) and "\0" not in text, f"{member}: {key} is not a text.")
    return value


def settings_file(welcome):
    settings = texts(welcome, "settings", SETTING)
    for name in settings:
        expect(not RESERVED.fullmatch(name), f"{name} cannot be a setting.")
    # Its keys are those of the role that it was launched for.
    expect(settings.get("ROLE") in (None, os.environ.get("ROLE")), "It is for a machine of another role.")
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(settings.items()))


def asset_line(asset):
    expect(isinstance(asset, dict), "An asset is not an object.")
    sha256, form, name = (asset.get(member) for member in ("sha256", "form", "name"))
    expect(isinstance(sha256, str) and re.fullmatch(SHA256, sha256), "An asset has no digest.")
    expect(form in FORMS, "An asset has a form that this machine does not know.")
    expect(isinstance(name, str) and re.fullmatch(ASSET, name), "An asset has no name.")
    return f"{sha256} {form} {name}\n"


def check_key(folder, purpose, certificate):
    """Somebody else may have said hello in this machine's name."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(certificate)
        file.flush()
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file.name, f"{folder}/pki/{purpose}.key")
        except OSError:
            raise Refused(f"It has no certificate for this machine's {purpose} key.") from None


def files_of(welcome, folder):
    """Path, content and mode of every file."""
    expect(isinstance(welcome, dict), "It is not an object.")
    expect(welcome.get("format") == FORMAT, "It has another format.")
    stages, assets, certificates = (welcome.get(member) for member in ("stages", "assets", "certificates"))
    expect(isinstance(stages, list) and stages, "It has no stages.")
    expect(all(isinstance(stage, str) and re.fullmatch(STAGE, stage) for stage in stages), "A stage has no name.")
    expect(isinstance(assets, list), "It has no assets.")
    expect(isinstance(certificates, dict), "It has no certificates.")
    for name, text in texts(welcome, "secrets", PURPOSE).items():
        yield f"secrets/{name}", text, 0o600
    for purpose, pair in certificates.items():
        expect(re.fullmatch(PURPOSE, purpose) and isinstance(pair, dict), "A certificate has no purpose.")
        for suffix, member in (("", "certificate"), ("-ca", "authority")):
            expect(isinstance(pair.get(member), str), f"A certificate for {purpose} has no {member}.")
            yield f"pki/{purpose}{suffix}.crt", pair[member], 0o644
        check_key(folder, purpose, pair["certificate"])
    # A key is made for whatever machines of a role may become; but a member of etcd is nobody without its certificate.
    expect("etcd" not in stages or "etcd" in certificates, "It has no certificate for this machine's etcd key.")
    yield "assets", "".join(map(asset_line, assets)), 0o644
    yield "node.env", settings_file(welcome), 0o600
    yield "stages", "".join(f"{stage}\n" for stage in stages), 0o644


def write(path, content, mode):
    draft = f"{path}.new"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def sync_folder(path):
    folder = os.open(path, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def unpack(folder):
    welcome = json.loads(sys.stdin.buffer.read())
    files = [(path, text.encode(), mode) for path, text, mode in files_of(welcome, folder)]
    for name, mode in (("secrets", 0o700), ("pki", 0o755)):
        path = os.path.join(folder, name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
    for path, content, mode in files:
        write(os.path.join(folder, path), content, mode)
    for path in ("secrets", "pki", "."):
        sync_folder(os.path.join(folder, path))


if __name__ == "__main__":
    try:
        unpack(sys.argv[1])
    except (Refused, ValueError, OSError) as error:
        sys.exit(str(error))
