import { canonicalJson } from '#std/canonical-json.ts';
import type { PolicyDocument } from './policies.ts';

/** A document as it is sent. */
export function documentText(document: PolicyDocument): string {
  return canonicalJson(document);
}

/**
 * One spelling for documents that mean the same: services give them back with lists in another order, single items out
 * of their list, and, in IAM, encoded for URLs. What is no document stays as it is, and so differs from every document.
 */
export function documentMeaning(text: string): string {
  try {
    const document: unknown = JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text);
    return canonicalJson(withoutSpelling(document));
  } catch {
    return text;
  }
}

function withoutSpelling(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value
      .map(withoutSpelling)
      .toSorted((left, right) => (canonicalJson(left) < canonicalJson(right) ? -1 : 1));
    return items.length === 1 ? items[0] : items;
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutSpelling(member)]));
}
