import type { EpochMillis, Millis } from '@ginkoai/contract';

const two = (value: number): string => String(value).padStart(2, '0');

/** Local time of day, `09:41:07`; what is no time is shown as `--:--:--`. */
export function clockTime(at: string | EpochMillis): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return '--:--:--';
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** Local time with its day, `2026-01-15 09:41:07`; what is no time is shown as it is. */
export function localTime(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clockTime(at)}`;
}

/** A time of the wire in UTC without milliseconds, `2025-12-07T10:30:00Z`. */
export function wholeSeconds(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** How long something took: `3 ms`, `0.3 s`, `12.4 s`, `3 min 12 s`, `2 h 05 min`. */
export function durationText(duration: Millis): string {
  if (duration < 100) return `${Math.round(Math.max(0, duration))} ms`;
  const tenths = Math.round(Math.max(0, duration) / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(Math.max(0, duration) / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** How long something has been going on, as a clock counts: `0:42`, `12:03`, `1:02:03`. A clock set back shows `0:00`. */
export function elapsedText(elapsed: Millis): string {
  const seconds = Math.floor(Math.max(0, elapsed) / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
