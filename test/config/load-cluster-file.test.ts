import { describe, expect, test } from 'vitest';
import { loadClusterFile } from '#config/load-cluster-file.ts';
import { findingsIn, load, MINIMAL, refusalOf, specOf } from './support/loading.ts';
import { smallCatalogue } from './support/small-catalogue.ts';

describe('a cluster file', () => {
  test('is refused by one problem that lists all that is wrong with it, each in its place', async () => {
    const text = [
      'name: blog',
      'provider: aws',
      'domain: blog.example.com.',
      'nodes:',
      '  control-plane: { count: 4 }',
      '  worker:',
      '    cuont: 3',
      'password: hunter2',
      '',
    ].join('\n');
    const { code, detail } = await refusalOf(text);
    expect(code).toBe('config.invalid');
    expect(detail).toMatchInlineSnapshot(`
      "cluster.yaml: 4 errors.

      cluster.yaml:3:9  domain  (config.domain-invalid)
        "blog.example.com." ends with a dot. Write blog.example.com.
        3 │ domain: blog.example.com.
          │         ^^^^^^^^^^^^^^^^^
        The cluster gets a DNS zone of exactly this name.

      cluster.yaml:5:27  nodes.control-plane.count  (config.count-even)
        4 control-plane nodes have 4 votes. Write 3 or 5.
        5 │   control-plane: { count: 4 }
          │                           ^
        An even number of voters survives no more failures than one fewer, and is slower.

      cluster.yaml:7:5  nodes.worker.cuont  (config.unknown-key)
        There is no key "cuont" here. Did you mean "count"?
        7 │     cuont: 3
          │     ^^^^^
        A key that nobody reads would be ignored silently.

      cluster.yaml:8:1  password  (config.secret-inline)
        Here stands a key for a secret, "password". Take it out, and withdraw it at its issuer: it has been written down.
        8 │ password: •••••••
          │ ^^^^^^^^
        The file is kept, shared and copied into the state; a secret in it is no secret."
    `);
  });

  test('that is good in spite of something says so, one line for each warning', async () => {
    const places = 'zones: [eu-west-3a]\naccess: { from: [0.0.0.0/0] }\n';
    const { warnings } = await load(`name: blog\nprovider: aws\ndomain: blog.example.com\n${places}`);
    expect(warnings).toEqual([
      'cluster.yaml:4:8: zones: All nodes stand in eu-west-3a. eu-west-3 also has eu-west-3b and eu-west-3c.',
      'cluster.yaml:5:18: access.from[0]: SSH and the Kubernetes API are open to the whole Internet. Name where you come from, like access: { from: [203.0.113.7/32] }.',
    ]);
  });

  test('may come with a byte order mark or with the line ends of Windows', async () => {
    const plain = await specOf(MINIMAL);
    expect(await specOf(`\uFEFF${MINIMAL}`)).toEqual(plain);
    expect(await specOf(MINIMAL.replaceAll('\n', '\r\n'))).toEqual(plain);
    expect(await specOf(`${MINIMAL}region: >-\r\n  eu-west-3\r\n`)).toEqual(plain);
  });

  test('takes what a provider offers when that has to be loaded first', async () => {
    const catalogueOf = async () => Promise.resolve(smallCatalogue);
    const { spec } = await loadClusterFile({ path: 'cluster.yaml', text: MINIMAL, catalogueOf });
    expect(spec).toEqual(await specOf(MINIMAL));
  });

  test('asks the provider that it names and no other', async () => {
    const asked: string[] = [];
    const catalogueOf = (provider: string) => {
      asked.push(provider);
      return smallCatalogue;
    };
    await loadClusterFile({ path: 'cluster.yaml', text: MINIMAL, catalogueOf });
    await loadClusterFile({ path: 'a', text: MINIMAL.replace('aws', 'azure'), catalogueOf }).catch(() => undefined);
    expect(asked).toEqual(['aws']);
  });
});

describe('defaults', () => {
  test('are three control-plane, three worker and four storage nodes with three copies', async () => {
    const { nodes, storage } = await specOf(MINIMAL);
    expect(Object.entries(nodes).map(([role, group]) => [role, group?.count])).toEqual([
      ['controlPlane', 3],
      ['worker', 3],
      ['storage', 4],
    ]);
    expect(storage.replicas).toBe(3);
  });

  test('keep no more copies than there are nodes to keep them on', async () => {
    expect((await specOf(`${MINIMAL}nodes: { converged: { count: 1 } }\n`)).storage.replicas).toBe(1);
    expect((await specOf(`${MINIMAL}nodes: { converged: { count: 5 } }\n`)).storage.replicas).toBe(3);
  });

  test('are the cheapest machines that are large enough and of the right architecture', async () => {
    const amd = await specOf(`${MINIMAL}nodes: { converged: { count: 3 } }\n`);
    expect(amd.nodes.converged?.machines).toEqual(['m7i.xlarge']);
    const arm = await specOf(`${MINIMAL}image: { architecture: arm64 }\n`);
    expect(arm.nodes.worker?.machines).toEqual(['m7g.large']);
    expect((await specOf(MINIMAL)).nodes.worker?.machines).toEqual(['m6i.large', 'm7i.large', 'm7i.xlarge']);
  });

  test('give a simulated cluster an account of its own name', async () => {
    expect((await specOf(MINIMAL.replace('aws', 'simulator'))).simulator).toEqual({
      speed: 10,
      seed: 1,
      weather: 'mild',
      account: 'blog',
    });
    expect(await specOf(MINIMAL)).not.toHaveProperty('simulator');
  });

  test('of a workstation are one small node of each role, in one zone, and nothing is said against it', async () => {
    const { spec, warnings } = await load('name: dev\nprovider: local\ndomain: dev.localhost\n');
    const group = { count: 1, machines: ['small'], systemDiskGiB: 10, dataDisksGiB: [] };
    expect(spec).toMatchObject({
      region: 'local-1',
      zones: ['local-1a'],
      nodes: { controlPlane: group, worker: group, storage: { ...group, dataDisksGiB: [10] } },
      network: { topology: 'public', balancer: false, addresses: 'dynamic' },
      storage: { replicas: 1 },
      local: { offline: false },
    });
    expect(warnings).toEqual([]);
    expect(await specOf(MINIMAL)).not.toHaveProperty('local');
  });

  test('of a workstation go by what is needed where all machines cost the same', async () => {
    const { nodes } = await specOf('name: dev\nprovider: local\ndomain: dev.localhost\nnodes: { converged: {} }\n');
    expect(nodes).toEqual({
      converged: { count: 1, machines: ['medium'], systemDiskGiB: 10, dataDisksGiB: [10] },
    });
  });

  test('leave the comment of an SSH key out, so that editing it changes nothing', async () => {
    const key = `ssh-ed25519 ${Buffer.from('\0\0\0\u000Bssh-ed25519\0\0\0 01234567890123456789012345678901').toString('base64')}`;
    const spec = await specOf(MINIMAL.replace('] }', `], ssh-key: ${key} me@laptop }`));
    expect(spec.access.sshPublicKey).toBe(key);
  });
});

describe('what is no cluster file', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['nothing at all', '', ['config.empty']],
    ['white space', ' \n\n  \n', ['config.empty']],
    ['comments alone', '# name: blog\n', ['config.empty']],
    ['an empty document', '---\n', ['config.empty']],
    ['null', 'null\n', ['config.wrong-type']],
    [
      'bytes that are no UTF-8',
      new TextDecoder().decode(Buffer.from([0x6e, 0xe9, 0x3a, 0x20, 0x31])),
      ['config.not-utf8'],
    ],
    ['UTF-16', Buffer.from('name: blog', 'utf16le').toString('utf8'), ['config.hidden-character']],
    ['half a surrogate pair', 'name: blog\uD800', ['config.not-utf8']],
    ['a null byte', 'name: blog\0', ['config.hidden-character']],
    ['the line ends of old computers', 'name: blog\rprovider: aws\r', ['config.hidden-character']],
    ['a file of 257 KiB', '#'.repeat(257 * 1024), ['config.too-large']],
    [
      'a million keys',
      Array.from({ length: 1_000_000 }, (_, index) => `k${index}: 1`).join('\n'),
      ['config.too-large'],
    ],
    ['brackets in brackets', `a: ${'['.repeat(200_000)}`, ['config.yaml-syntax']],
    ['an unfinished text', 'name: "blog\n', ['config.yaml-syntax']],
    ['two keys on a line', 'name: provider: aws\n', ['config.yaml-syntax']],
    ['a program', 'const a = { b: [1, 2] ];\n', ['config.yaml-syntax']],
  ];

  test.each(cases)('is refused: %s', async (_title, text, codes) => {
    const found = new Set(await findingsIn(text));
    expect([...found]).toEqual(codes);
  });

  test('is refused: more values than a cluster can need, in a file that is small enough', async () => {
    const found = await findingsIn(Array.from({ length: 20_000 }, (_, index) => `k${index}:`).join('\n'));
    expect(found).toEqual(['config.too-large']);
  });

  test('is refused: what is nested deeper than any cluster', async () => {
    const deep = `${MINIMAL}nodes:\n${Array.from({ length: 30 }, (_, depth) => `${' '.repeat(depth + 1)}a:`).join('\n')} 1\n`;
    expect(await findingsIn(deep)).toEqual([`config.too-large at nodes${'.a'.repeat(16)}`]);
  });

  test('is refused: a value longer than any that could be meant', async () => {
    const long = `${MINIMAL}network: { pods: "${':1'.repeat(100_000)}x" }\n`;
    expect(await findingsIn(long)).toEqual(['config.too-large at network.pods']);
  });

  test('is refused: copies of copies, without ever making them', async () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghijklmnopqrstuvwxyz'.split('').map((key, index) => {
        const last = String.fromCodePoint(97 + index);
        return `${key}: &${key} [${Array.from({ length: 9 }, () => `*${last}`).join(', ')}]`;
      }),
    ].join('\n');
    expect(new Set((await findingsIn(bomb)).map((words) => words.split(' ')[0]))).toEqual(
      new Set(['config.anchor', 'config.missing-key', 'config.unknown-key']),
    );
  });
});

describe('what is said about a file', () => {
  const SECRETS = ['hunter2', 'AKIAIOSFODNN7EXAMPLE', `ghp_${'a1B2'.repeat(9)}`, 'b3BlbnNzaC1rZXk'];

  test('never holds a secret, wherever it stands', async () => {
    const [password = '', id = '', token = '', body = ''] = SECRETS;
    const texts = [
      `password: ${password}\n`,
      `tags: { team: web, password: ${password} }\n`,
      `tags: { team: web, "a b/token": ["${password}", 'x'], name: x }\n`,
      `tags:\n  team:password: ${password}\n`,
      `tags:\n  Team: web\n  password of it: ${password}\n`,
      `access: { api_key: ${password}, fron: 1 }\n`,
      `db_password = ${password}\nregion: [\n`,
      `region: ${id}\n`,
      `${id}: ${id}\n${id}: 1\n`,
      `nodes: { worker: { count: ${token}, ${token}: 1 } }\n`,
      `# ${id} ${token}\nregion: nowhere\n`,
      `access:\n  ssh-key: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    ${body}\n    -----END OPENSSH PRIVATE KEY-----\nx: 1\n`,
      `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
      `region: "${id}\n`,
      `x: &${id} 1\ny: *${id}\n`,
      `x: !${id} 1\n`,
    ];
    for (const text of texts) {
      const shown = JSON.stringify(await refusalOf(`${MINIMAL}${text}`));
      expect(SECRETS.filter((secret) => shown.includes(secret))).toEqual([]);
    }
  });

  test('shows a long line around the place that is meant', async () => {
    const { detail } = await refusalOf(
      `${MINIMAL}nodes: { ${' '.repeat(300)}worker: { count: x }${' '.repeat(300)} }\n`,
    );
    const [line = '', mark = ''] = detail.split('\n').filter((text) => text.includes('│'));
    expect(line.length).toBeLessThan(120);
    expect(line[mark.indexOf('^')]).toBe('x');
  });

  test('does nothing to a terminal, whatever the keys and values are', async () => {
    const hostile = '"\\x1b[2J\\u202e\\x07": { "\\x1b]0;x\\x07": 1 }\n"\\x1b[2J\\u202e\\x07": 2\nregion: "\\x9b31m"\n';
    const { detail } = await refusalOf(`${MINIMAL}${hostile}`);
    expect(detail).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(detail).toContain(String.raw`\u001b[2J\u202e\u0007`);
  });

  test('points at the right column in a file with a byte order mark', async () => {
    const { detail } = await refusalOf('\uFEFFnmae: blog\n');
    const [line = '', mark = ''] = detail.split('\n').filter((text) => text.includes('│'));
    expect(line.slice(mark.indexOf('^'))).toBe('nmae: blog');
  });

  test('stops after fifty findings and says how many there are', async () => {
    const { detail } = await refusalOf(
      `${MINIMAL}${Array.from({ length: 70 }, (_, index) => `k${index}: 1\n`).join('')}`,
    );
    expect(detail.split('\n')[0]).toBe('cluster.yaml: 70 errors.');
    expect(detail.split('\n').at(-1)).toBe('… and 20 more.');
  });
});
