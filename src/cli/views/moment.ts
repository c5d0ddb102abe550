/** `2026-01-31 12:00:07`, in UTC: what two people compare has to be the same for both. */
export function formatMoment(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
