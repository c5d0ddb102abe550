import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';
import { isClusterUid } from './address.ts';
import { Change } from './change.ts';
import type { Plan } from './plan.ts';
import { problem } from './problem.ts';

const FORMAT = 1;

const SavedPlan = z.strictObject({
  format: z.literal(FORMAT),
  purpose: z.enum(['apply', 'rollback', 'delete']),
  cluster: z.string().refine(isClusterUid),
  serial: z.number().int().nonnegative(),
  blueprint: z.string(),
  changes: z.array(Change),
});

/** Seals secrets on their way into a file and opens them on their way back. */
export interface PlanSeal {
  close(value: unknown, id: string): unknown;
  open(value: unknown, id: string): unknown;
}

const SEALED_AS = 'plan';

/** The plan as a text whose second line is the document and whose first is its checksum. */
export function encodePlan(plan: Plan, seal: PlanSeal): string {
  const body = JSON.stringify(seal.close({ format: FORMAT, ...plan }, SEALED_AS));
  return `${sha256Hex(body)}\n${body}\n`;
}

/** A plan that was edited, cut short or made by another version is refused whole. */
export function decodePlan(text: string, seal: PlanSeal): Plan {
  const [checksum, body = ''] = text.split('\n');
  if (checksum !== sha256Hex(body)) throw invalid('its checksum does not match: it was edited or cut short');
  const parsed = SavedPlan.safeParse(seal.open(parseDocument(body), SEALED_AS));
  if (!parsed.success) throw invalid('another version of this program wrote it');
  const { format: _format, ...plan } = parsed.data;
  return plan;
}

function parseDocument(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid('it is not a plan at all');
  }
}

function invalid(why: string) {
  return problem('plan.file-invalid', { detail: `The plan is not used because ${why}.` });
}
