import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { machineArguments, type QemuDialect } from '#providers/local/qemu/arguments.ts';
import type { MachineForm } from '#providers/local/qemu/machine-form.ts';
import { commandLine, inOption } from '#providers/local/qemu/quoting.ts';
import { formWith } from './support/forms.ts';

const FIRMWARE = '/opt/qemu/edk2-aarch64-code.fd';
const direct = { kernel: '/c/vmlinuz', initrd: '/c/initrd.img', append: 'root=/dev/vda1 ro console=ttyS0,115200' };

function dialect(major: number, minor: number, firmware?: string): QemuDialect {
  return { version: { major, minor }, firmware };
}

const cases: ReadonlyMap<string, readonly [Partial<MachineForm>, QemuDialect]> = new Map([
  ['linux-kvm', [{}, dialect(10, 0)]],
  ['linux-tcg-oldest', [{ accelerator: 'tcg', boot: direct }, dialect(7, 2)]],
  ['linux-arm64-tcg', [{ accelerator: 'tcg', architecture: 'arm64' }, dialect(8, 2, FIRMWARE)]],
  ['mac-arm64-hvf', [{ accelerator: 'hvf', architecture: 'arm64' }, dialect(10, 1, FIRMWARE)]],
  ['mac-amd64-hvf', [{ accelerator: 'hvf' }, dialect(9, 2)]],
]);

/** Each option on a line of its own, with what belongs to it. */
function shown(args: readonly string[]): string {
  return `${args.join('\n').replaceAll(/\n(?!-)/g, ' ')}\n`;
}

describe('QEMU is told of a machine', () => {
  test.each([...cases])('as %s', async (name, [changes, told]) => {
    await expect(shown(machineArguments(formWith(changes), told))).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test('that it reaches nothing outside', () => {
    const outside = { ...formWith().outside, isOffline: true, forwards: [] };
    expect(cardsOf(machineArguments(formWith({ outside }), dialect(10, 0)))[0]).toContain(',restrict=on,guestfwd=');
  });

  test('to come back to its segment, as each version can', () => {
    const said = (major: number, minor: number): string | undefined =>
      /reconnect.*$/.exec(cardsOf(machineArguments(formWith(), dialect(major, minor)))[1] ?? '')?.[0];
    expect([said(7, 2), said(8, 0), said(9, 1), said(9, 2), said(11, 0)]).toEqual([
      undefined,
      'reconnect=1',
      'reconnect=1',
      'reconnect-ms=1000',
      'reconnect-ms=1000',
    ]);
  });

  test('in paths and titles with commas, quotes and spaces', () => {
    const args = machineArguments(
      formWith({
        title: 'a, b',
        systemDisk: '/d,1/s',
        seed: '/d,1/seed',
        serialLog: '/d,1/log',
        monitor: '/d,1/m',
        segment: { socket: '/d,1/n', mac: '52:54:01:04:05:06' },
        door: ['/opt/my node', "/it's,here", '/box'],
      }),
      dialect(10, 0),
    );
    expect(args).toContain('guest=a,, b');
    expect(args).toContain('id=system,if=none,format=qcow2,discard=unmap,file=/d,,1/s');
    expect(args).toContain('id=seed,if=none,format=raw,readonly=on,file=/d,,1/seed');
    expect(args).toContain('file,id=serial,path=/d,,1/log,append=on');
    expect(args).toContain('socket,id=monitor,path=/d,,1/m,server=on,wait=off');
    const [outside = '', segment] = cardsOf(args);
    expect(segment).toContain('addr.path=/d,,1/n,');
    expect(outside.slice(outside.indexOf('guestfwd'))).toBe(
      String.raw`guestfwd=tcp:10.0.2.100:80-cmd:'/opt/my node' '/it'\''s,,here' '/box'`,
    );
  });
});

function cardsOf(args: readonly string[]): readonly string[] {
  return args.filter((_, place) => args[place - 1] === '-netdev');
}

describe('whatever is in them', () => {
  test('words are the same again when their line is taken apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("'", '\\', '"', ' ', ',', '$', '#', 'a', '\n') })),
        (words) => {
          expect(takenApart(commandLine(words))).toEqual(words);
        },
      ),
    );
  });

  test('parts of an option are the same again when it is split at its commas', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom(',', 'a', '=') }), { minLength: 1 }), (parts) => {
        // A part that begins with a comma would be taken for the end of the one before: an option's name stands first.
        const named = parts.map((part) => `x=${part}`);
        expect(splitAtCommas(named.map(inOption).join(','))).toEqual(named);
      }),
    );
  });
});

/** As a shell does it, as far as single quotes and backslashes go. */
function takenApart(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let place = 0; place < line.length; place += 1) {
    const letter = line.charAt(place);
    if (letter === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === "'") {
      const end = line.indexOf("'", place + 1);
      word = (word ?? '') + line.slice(place + 1, end);
      place = end;
    } else {
      place += 1;
      word = (word ?? '') + line.charAt(place);
    }
  }
  return word === undefined ? words : [...words, word];
}

/** As QEMU does it: a comma that is doubled is one of the text. */
function splitAtCommas(option: string): readonly string[] {
  const parts: string[] = [''];
  for (let place = 0; place < option.length; place += 1) {
    const letter = option.charAt(place);
    const isEnd = letter === ',' && option.charAt(place + 1) !== ',';
    if (isEnd) parts.push('');
    else parts.push((parts.pop() ?? '') + letter);
    if (letter === ',' && !isEnd) place += 1;
  }
  return parts;
}
