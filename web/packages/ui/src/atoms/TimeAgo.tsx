const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** How long ago a moment was, in words: "2 hours ago". */
export function ago(moment: string | Date, now = Date.now()): string {
  const seconds = (now - new Date(moment).getTime()) / 1000;
  for (const [unit, size] of UNITS)
    if (seconds >= size) return words.format(-Math.floor(seconds / size), unit);
  return "just now";
}

/** A moment in words, and exactly when the pointer rests on it. */
export function TimeAgo({ moment }: { moment: string }) {
  return (
    <time dateTime={moment} title={exact.format(new Date(moment))}>
      {ago(moment)}
    </time>
  );
}

/** A duration in milliseconds as people read it: "0.3 ms", "410 ms", "1.2 s". */
export function milliseconds(value: number): string {
  if (value < 0.05) return "< 0.1 ms";
  if (value >= 1000) return `${(value / 1000).toFixed(value >= 10_000 ? 0 : 1)} s`;
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ms`;
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** A count as people read it: "412", "18.2K". */
export function count(value: number): string {
  return compact.format(value);
}
