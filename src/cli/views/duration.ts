const SECOND_MS = 1_000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

/** `0:07`, `12:31`, `1:02:03`: the same shape at every length, so that columns stay. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const hours = Math.floor(seconds / HOUR_SECONDS);
  const minutes = Math.floor((seconds % HOUR_SECONDS) / MINUTE_SECONDS);
  const rest = [hours > 0 ? twoDigits(minutes) : String(minutes), twoDigits(seconds % MINUTE_SECONDS)];
  return [...(hours > 0 ? [String(hours)] : []), ...rest].join(':');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
