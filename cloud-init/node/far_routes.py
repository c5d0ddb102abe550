"""
Nodes of other regions are reached by ways that let only small packets through, whatever comes through within the region: each
of them has a route of its own, and one for its pods, until it is on the list of peers no more.
"""
import ipaddress
import os
import subprocess

# By this number the kernel knows whose routes they are.
OURS = '98'


def lead_far(link, peers):
    """Why it was not done; empty: it is."""
    wanted = {destination for peer in peers for destination in (f'{peer["overlayAddress"]}/32', peer['podCidr'])}
    shown = ip(['-4', 'route', 'show', 'dev', link, 'proto', OURS])
    if shown.returncode != 0:
        return shown.stderr.strip()
    there = {str(ipaddress.ip_network(line.split()[0])) for line in shown.stdout.splitlines() if line}
    changes = [f'route del {destination} dev {link} proto {OURS}' for destination in sorted(there - wanted)]
    changes += [f'route replace {destination} {path(link)}' for destination in sorted(wanted - there)]
    if not changes:
        return ''
    done = ip(['-batch', '-'], '\n'.join(changes) + '\n')
    return done.stderr.strip() if done.returncode != 0 else ''


def path(link):
    return f'dev {link} proto {OURS} src {os.environ["OVERLAY_ADDRESS"]} mtu {os.environ["OVERLAY_MTU"]}'


def ip(arguments, text=''):
    return subprocess.run(['ip', *arguments], input=text, text=True, capture_output=True, check=False)
