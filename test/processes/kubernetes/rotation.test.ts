import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Renewal, renewalAnswers, renewalLetter } from '#host/protocol.ts';
import { good } from '../etcd/etcd-members.ts';
import { ControlPlanes, type Name, NAMES } from './control-planes.ts';
import { newAuthority } from './kubernetes-authorities.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';

const UNITS = ['apiserver', 'controller-manager', 'scheduler'];
/** Of which the authority is that of the cluster. */
const PURPOSES = ['apiserver', 'controller-manager', 'scheduler', 'services', 'kubelet', 'proxy'];
const LOOK_MS = 250;

describe('the authority of a cluster gets a successor', () => {
  const next = newAuthority('cluster');
  let planes: ControlPlanes;

  beforeAll(async () => {
    planes = await ControlPlanes.open(kubernetesPrograms());
    for (const stage of ['seat', 'etcd', 'apiserver']) for (const ended of await planes.stage(stage)) good(ended);
  });

  afterAll(async () => {
    await planes[Symbol.asyncDispose]();
  });

  test('all believe both, and at any time one server of the API is there', async () => {
    const before = await Promise.all(NAMES.map((name) => planes.processes(name, [...UNITS, 'etcd'])));
    await Promise.all(NAMES.map((name) => send(name, 1)));
    const watched = new AbortController();
    const gaps = watchServers(watched.signal);
    await Promise.all(NAMES.map((name) => followUntilAnswered(name, 1)));
    watched.abort();
    expect(await gaps).toBe(0);
    const after = await Promise.all(NAMES.map((name) => planes.processes(name, [...UNITS, 'etcd'])));
    for (const [index, processes] of after.entries()) {
      const changed = processes.map((process, at) => process !== before[index]?.[at]);
      expect(changed).toEqual([true, true, true, false]);
    }
  });

  test('whom the successor certifies is heard at once, and one that asks for news is not started again', async () => {
    const who = planes.authorities.identity({ commonName: 'new', organizations: ['system:masters'] }, next);
    for (const name of NAMES) expect(good(await planes.kubectl(who, ['get', '--raw', '/readyz'], { name }))).toBe('ok');
    const before = await planes.processes(NAMES[0], UNITS);
    expect(good(await follow(NAMES[0]))).toBe('');
    expect(await planes.processes(NAMES[0], UNITS)).toEqual(before);
  });

  test('what the successor has signed is shown and used without a restart', async () => {
    const before = await Promise.all(NAMES.map((name) => planes.processes(name, [...UNITS, 'etcd'])));
    const first = await serialOf(NAMES[0]);
    await Promise.all(NAMES.map((name) => send(name, 2)));
    await Promise.all(NAMES.map((name) => followUntilAnswered(name, 2)));
    await planes.until('another certificate', async () => (await serialOf(NAMES[0])) !== first || undefined);
    expect(await Promise.all(NAMES.map((name) => planes.processes(name, [...UNITS, 'etcd'])))).toEqual(before);
    const node = await planes.ownIdentity(NAMES[0], 'kubelet');
    expect((await planes.kubectl(node, ['get', 'node', 'nobody'])).output).toContain('forbidden');
  });

  async function serialOf(name: Name): Promise<string> {
    const shown = 'openssl s_client -connect 127.0.0.1:6443 </dev/null 2>/dev/null | openssl x509 -noout -serial';
    return good(await planes.machine(name).run('sh', '-c', shown));
  }

  /** The first: whom to believe; the second: what the successor has signed. */
  async function send(name: Name, number: number): Promise<void> {
    const read = (file: string) => readFile(planes.machine(name).path(`etc/bootstrap/pki/${file}`), 'utf8');
    const authority = planes.authorities.cluster.certificate + next.certificate;
    const renewed = (purpose: string) => planes.authorities.renew(planes.machine(name), purpose, next);
    const certificates = await Promise.all(
      PURPOSES.map(async (purpose) => {
        const certificate = number === 1 ? await read(`${purpose}.crt`) : renewed(purpose);
        return [purpose, { certificate, authority }] as const;
      }),
    );
    const renewal: Renewal = {
      format: 1,
      box: `box-of-${name}`,
      number,
      certificates: Object.fromEntries(certificates),
    };
    planes.mailbox(name).shown.set(`/letters/${renewalLetter(number)}`, JSON.stringify(renewal));
  }

  function follow(name: Name) {
    return planes.machine(name).script('certificates-follow.sh', 'once');
  }

  /** As the service does it, which asks again and again. */
  async function followUntilAnswered(name: Name, number: number): Promise<void> {
    await planes.until(`an answer of ${name}`, async () => {
      good(await follow(name));
      return planes.mailbox(name).received.has(`/letters/${renewalAnswers(number).renewed}`) || undefined;
    });
  }

  /** How often nobody was well. */
  async function watchServers(signal: AbortSignal): Promise<number> {
    let gaps = 0;
    while (!signal.aborted) {
      const looks = NAMES.map((name) =>
        planes.machine(name).run('curl', '-skf', '-m', '5', 'https://127.0.0.1:6443/readyz'),
      );
      const codes = (await Promise.all(looks)).map(({ code }) => code);
      if (codes.every((code) => code !== 0)) gaps += 1;
      await sleep(LOOK_MS);
    }
    return gaps;
  }
});
