import { describe, expect, test } from 'vitest';
import { Disk } from '../support/disk.ts';
import { HOME, perform } from './support/stage.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPMRD6OIh65tjkxFNOtBOtDqO6hQzXy you@workstation';
const ENTER = '';

async function diskWithKeys() {
  const files = new Disk().mount();
  await files.makeDirectory(`${HOME}/.ssh`);
  await files.create(`${HOME}/.ssh/id_ed25519.pub`, `${KEY}\n`);
  await files.create(`${HOME}/.ssh/id_ed25519`, '-----BEGIN OPENSSH PRIVATE KEY-----\n');
  await files.create(`${HOME}/.ssh/old.pub`, 'ssh-dss AAAA old\n');
  return files;
}

describe('create without a file and without enough options', () => {
  test('asks the questions of the blueprint, each with a default, shows the file, and makes the cluster', async () => {
    const answers = [
      'blog',
      'aws',
      'join',
      ENTER,
      ENTER,
      'blog.example.com',
      ENTER,
      '203.0.113.7/32',
      ENTER,
      '5',
      ENTER,
      ENTER,
      'yes',
      ENTER,
    ];
    const recording = await perform('create', {
      answers,
      isTerminal: true,
      files: await diskWithKeys(),
      variables: { NO_COLOR: '1' },
    });
    await expect(recording.output).toMatchFileSnapshot('golden/wizard.txt');
    expect(recording.exit).toBe('ok');
    expect(recording.asked).toMatchObject([{ method: 'create', given: { file: { path: 'blog.yaml' }, wait: false } }]);
  });

  test('asks again when an answer means nothing', async () => {
    const answers = ['Blog', 'blog', 'mars', 'simulator'];
    const { output } = await perform('create', { answers, isTerminal: true, variables: { NO_COLOR: '1' } });
    await expect(output).toMatchFileSnapshot('golden/wizard-again.txt');
  });

  test('asks again when no cluster can be made with an answer', async () => {
    // Nothing between two bars is Enter alone.
    const answers = 'blog|simulator||mars||com||ssh-foo||1.2.3.4||groups||2|1|||no'.split('|');
    const { output } = await perform('create', { answers, isTerminal: true, variables: { NO_COLOR: '1' } });
    const complaints = [
      'AWS has no region "mars".',
      '"com" belongs to everyone.',
      '"ssh-foo" is not a public key.',
      '1.2.3.4 is one address, not a range.',
      '2 control-plane nodes have 2 votes.',
    ];
    expect(complaints.filter((complaint) => !output.includes(complaint))).toEqual([]);
    expect(output).toContain('Make this cluster?');
  });

  test('insists on an answer when nobody could say where the workstation is', async () => {
    const answers = ['blog', 'aws', '', '', 'blog.example.com', '', '', '203.0.113.0/24', '', '', '', '', '', 'yes'];
    const variables = { NO_COLOR: '1' };
    const { output, asked } = await perform('create', {
      answers,
      isTerminal: true,
      variables,
      app: { range: 'nowhere' },
    });
    expect(output).toContain('From which addresses may SSH and the API be reached? \n');
    expect(output).toContain('At least one range, such as 203.0.113.7/32, or you lock yourself out.');
    expect(JSON.stringify(asked)).toContain('from: [203.0.113.0/24]');
  });

  test('takes Enter for the default all the way', async () => {
    const answers = Array.from({ length: 13 }, () => ENTER);
    const { asked } = await perform('create', { answers, isTerminal: true });
    expect(asked).toEqual([
      {
        method: 'create',
        given: {
          file: {
            path: 'demo.yaml',
            text: [
              '# What is not written here has its default; "bootstrap explain" lists all that can be.',
              '',
              'name: demo',
              'provider: simulator',
              'domain: demo.example.com',
              'region: eu-west-3',
              'monitoring: false',
              '',
              '# How many nodes of each role.',
              'nodes:',
              '  control-plane: { count: 3 }',
              '  worker: { count: 3 }',
              '  storage: { count: 4 }',
              '',
              '# Who can reach SSH and the Kubernetes API, and with which key.',
              'access:',
              '  from: [198.51.100.20/32]',
              '',
            ].join('\n'),
          },
          wait: false,
        },
      },
    ]);
  });

  test('asks for one number when the nodes are to be converged', async () => {
    const answers = [ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, 'converged', '3', ENTER, ENTER];
    const { asked } = await perform('create', { answers, isTerminal: true });
    expect(JSON.stringify(asked)).toContain('nodes:\\n  converged: { count: 3 }');
  });

  test('does not ask what the options have said', async () => {
    const answers = ['blog.example.com', ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, ENTER];
    const line = 'create blog --provider aws --region eu-west-1 --workers 2 --control-plane 3 --storage 3 --monitoring';
    const { output } = await perform(line, { answers, isTerminal: true, variables: { NO_COLOR: '1' } });
    expect(output).not.toMatch(/Region\?|Provider|worker nodes\?|monitoring\?/);
    expect(output).toContain('Domain of the sites?');
  });

  test.each([
    ['no', 'Nothing was touched.\n'],
    ['n', 'Nothing was touched.\n'],
  ])('makes nothing when the answer to the last question is %s, and says so in one line', async (last, errors) => {
    const answers = [...Array.from({ length: 11 }, () => ENTER), last];
    const recording = await perform('create', { answers, isTerminal: true });
    expect(recording).toMatchObject({ exit: 'declined', code: 5, errors, asked: [] });
  });

  test('makes nothing when the answers end', async () => {
    const recording = await perform('create', { isTerminal: true, answers: ['blog'] });
    expect(recording).toMatchObject({ exit: 'declined', errors: 'Nothing was touched.\n', asked: [] });
  });

  test.each([
    ['create', 'NAME and --provider and --domain'],
    ['create blog', '--provider and --domain'],
    ['create blog --provider aws', '--domain'],
    ['create --provider simulator', 'NAME'],
  ])('"%s" refuses where nobody can be asked, and says what is missing', async (line, what) => {
    const recording = await perform(line);
    expect(recording).toMatchObject({ exit: 'input', asked: [] });
    expect(recording.errors.split('\n')[0]).toBe(`Nobody is here to ask: ${what} must be given.`);
  });

  test('never asks when JSON is wanted', async () => {
    const recording = await perform('create blog --json', { isTerminal: true });
    expect(recording).toMatchObject({ exit: 'input', output: '' });
  });
});

describe('create with enough options', () => {
  test('asks nothing: demo is simulated', async () => {
    const { asked, exit } = await perform('create demo', { isTerminal: true, app: { known: [] } });
    expect(exit).toBe('ok');
    expect(asked).toEqual([
      {
        method: 'create',
        given: {
          file: {
            path: 'demo.yaml',
            text: '# What is not written here has its default; "bootstrap explain" lists all that can be.\n\nname: demo\nprovider: simulator\ndomain: demo.example.com\n',
          },
          wait: false,
        },
      },
    ]);
  });

  test('puts every option into the file', async () => {
    const files = await diskWithKeys();
    const line = [
      `create blog --provider simulator --region eu-west-3 --zones eu-west-3a,eu-west-3b --domain blog.example.com`,
      `--control-plane 1 --workers 2 --storage 3 --ssh-key ${HOME}/.ssh/id_ed25519.pub --from 203.0.113.7/32,198.51.100.0/24`,
      '--monitoring --speed 2.5 --seed 7 --weather mean --wait',
    ].join(' ');
    const { asked } = await perform(line, { files });
    expect(asked).toEqual([
      {
        method: 'create',
        given: {
          file: {
            path: 'blog.yaml',
            text: [
              '# What is not written here has its default; "bootstrap explain" lists all that can be.',
              '',
              'name: blog',
              'provider: simulator',
              'domain: blog.example.com',
              'region: eu-west-3',
              'zones: [eu-west-3a, eu-west-3b]',
              'monitoring: true',
              '',
              '# How many nodes of each role.',
              'nodes:',
              '  control-plane: { count: 1 }',
              '  worker: { count: 2 }',
              '  storage: { count: 3 }',
              '',
              '# Who can reach SSH and the Kubernetes API, and with which key.',
              'access:',
              '  from: [203.0.113.7/32, 198.51.100.0/24]',
              `  ssh-key: ${JSON.stringify(KEY)}`,
              '',
              '# A simulated account: nothing is real, nothing costs anything.',
              'simulator:',
              '  speed: 2.5',
              '  seed: 7',
              '  weather: mean',
              '',
            ]
              .join('\n')
              .replace(JSON.stringify(KEY), KEY),
          },
          wait: true,
        },
      },
    ]);
  });

  test('says what is wrong with them before anything is asked for', async () => {
    const { errors, exit, asked } = await perform('create blog --provider simulator --region mars --workers 0');
    expect(errors).toContain('AWS has no region "mars".');
    expect(errors.trimEnd().split('\n').at(-1)).toBe('  bootstrap create --help');
    expect(exit).toBe('input');
    expect(asked).toEqual([]);
  });

  test('refuses a private key', async () => {
    const { errors, asked } = await perform(`create demo --ssh-key ${HOME}/.ssh/id_ed25519`, {
      files: await diskWithKeys(),
    });
    expect(errors).toBe(`${HOME}/.ssh/id_ed25519 is a private key; the public one has .pub at its end.\n`);
    expect(asked).toEqual([]);
  });
});

describe('create from a file', () => {
  test.each(['create -f blog.yaml', 'create blog.yaml'])('"%s" hands over its text', async (line) => {
    const files = new Disk().mount();
    await files.create('/blog.yaml', 'name: blog\n');
    const { asked } = await perform(line.replace('blog.yaml', '/blog.yaml'), { files });
    expect(asked).toEqual([
      { method: 'create', given: { file: { path: '/blog.yaml', text: 'name: blog\n' }, wait: false } },
    ]);
  });

  test('says which file cannot be read', async () => {
    const { errors, exit } = await perform('create -f /missing.yaml');
    expect(errors).toContain('/missing.yaml cannot be read');
    expect(exit).toBe('input');
  });

  test('refuses a name beside it', async () => {
    const { errors } = await perform('create blog -f /blog.yaml');
    expect(errors).toBe('/blog.yaml says what the cluster is called; leave out blog.\n');
  });
});

describe('create with the name of a cluster that is there', () => {
  const known = [{ name: 'demo', provider: 'simulator', isDeleted: false }];
  test('goes on with it, as its own file says', async () => {
    const { asked } = await perform('create demo', { app: { known } });
    expect(asked).toEqual([{ method: 'apply', given: { target: { name: 'demo' }, wait: false } }]);
  });

  test('makes it what the options say when there are any', async () => {
    const { asked } = await perform('create demo --workers 5', { app: { known } });
    expect(asked).toMatchObject([{ method: 'create' }]);
  });

  test('makes a new one where the old one was deleted', async () => {
    const deleted = [{ name: 'demo', provider: 'simulator', isDeleted: true }];
    const { asked } = await perform('create demo', { app: { known: deleted } });
    expect(asked).toMatchObject([{ method: 'create' }]);
  });
});
