import { z } from 'zod';
import { problem } from '#engine/problem.ts';
import { askSettled, type StorePorts, swapSettled } from '#state/conditional-write.ts';
import { CLUSTER_FILE_KEY } from '#state/object-keys.ts';
import { nonce } from '#std/random.ts';

const FORMAT = 1;
const PATIENCE_MS = 30_000;
const SWAPS_MAX = 8;

const KeptFile = z.strictObject({ format: z.literal(FORMAT), nonce: z.string(), text: z.string() });

/** The cluster file that is in force, as it lies beside the state; undefined: none was kept yet. */
export async function readKeptFile(ports: StorePorts, signal?: AbortSignal): Promise<string | undefined> {
  return (await read(ports, signal)).text;
}

/** Puts a file in force. Only who holds the lease may. */
export async function keepFile(ports: StorePorts, text: string): Promise<void> {
  for (let round = 0; round < SWAPS_MAX; round += 1) {
    const { text: kept, tag } = await read(ports);
    if (kept === text) return;
    const body = JSON.stringify({ format: FORMAT, nonce: nonce(ports.random), text });
    const swap = { key: CLUSTER_FILE_KEY, body, expected: tag };
    if ((await swapSettled(ports, swap, patience(ports))).written) return;
  }
  throw problem('state.unavailable', { detail: `Others keep writing ${CLUSTER_FILE_KEY}.` });
}

async function read(
  ports: StorePorts,
  signal?: AbortSignal,
): Promise<{ readonly text?: string; readonly tag?: string }> {
  const ask = () => ports.objects.readRegister(CLUSTER_FILE_KEY);
  const stored = await askSettled(ports, ask, patience(ports, signal));
  if (stored === undefined) return {};
  const parsed = KeptFile.safeParse(parseJson(stored.body));
  if (parsed.success) return { text: parsed.data.text, tag: stored.tag };
  throw problem('state.corrupt', { detail: `${CLUSTER_FILE_KEY} in ${ports.objects.location} is not as expected.` });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function patience({ clock }: StorePorts, signal?: AbortSignal) {
  const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
  return { deadlineMs: () => deadlineMs, signal };
}
