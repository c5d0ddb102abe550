import { join } from 'node:path';
import { z } from 'zod';
import type { Files } from '#std/files.ts';
import { unlessAbsent } from '../acts.ts';
import { KnownMachine } from './links.ts';
import type { NameRecord } from './zone-answers.ts';

/** Whatever else is written there is for others. */
const RecordFile = z.object({
  name: z.string().min(1),
  type: z.enum(['A', 'AAAA', 'CNAME', 'TXT']),
  ttlSeconds: z.int().min(0),
  values: z.array(z.string()),
});

const MachineFile = z.object({
  zone: z.string(),
  mac: z.object({ segment: z.string() }),
  privateAddress: z.string(),
});

/** The address of a machine is `<region>.machine.<name>`. */
const MarkFile = z.object({ address: z.string().regex(/^[^.]+\.machine\.[^.]+$/) });

const DESCRIPTION = 'machine.json';
const MARK = 'mark.json';

/** What is no record, or not yet, is left out. */
export async function readRecords(files: Files, directory: string): Promise<readonly NameRecord[]> {
  const names = (await listed(files, directory)).filter((name) => name.endsWith('.json'));
  const records = await Promise.all(names.map((name) => readJson(files, join(directory, name), RecordFile)));
  return records
    .filter((record) => record !== undefined)
    .map((record) => ({ ...record, name: plainName(record.name) }));
}

/** What is no machine, or not yet, is left out. */
export async function readMachines(files: Files, directory: string): Promise<readonly KnownMachine[]> {
  const names = await listed(files, directory);
  const machines = await Promise.all(names.map((name) => readMachine(files, join(directory, name))));
  return machines.filter((machine) => machine !== undefined);
}

/** Another one whenever something that is read from there has changed. */
export async function stampOfRecords(files: Files, directory: string): Promise<string> {
  const names = (await listed(files, directory)).filter((name) => name.endsWith('.json'));
  return stampOf(files, directory, names);
}

export async function stampOfMachines(files: Files, directory: string): Promise<string> {
  const names = await listed(files, directory);
  return stampOf(
    files,
    directory,
    names.flatMap((name) => [join(name, DESCRIPTION), join(name, MARK)]),
  );
}

async function readMachine(files: Files, directory: string): Promise<KnownMachine | undefined> {
  const [description, mark] = await Promise.all([
    readJson(files, join(directory, DESCRIPTION), MachineFile),
    readJson(files, join(directory, MARK), MarkFile),
  ]);
  if (description === undefined || mark === undefined) return undefined;
  const { zone, mac, privateAddress: address } = description;
  const [region, , name] = mark.address.split('.');
  return KnownMachine.safeParse({ mac: mac.segment.toLowerCase(), name, zone, region, address }).data;
}

async function stampOf(files: Files, directory: string, names: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    names.map(async (name) => `${name} ${await unlessAbsent(() => files.modifiedMs(join(directory, name)))}`),
  );
  return stamps.toSorted().join('\n');
}

async function readJson<T>(files: Files, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await unlessAbsent(() => files.read(path));
  try {
    return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function listed(files: Files, directory: string): Promise<readonly string[]> {
  return ((await unlessAbsent(() => files.list(directory))) ?? []).map(({ name }) => name);
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
