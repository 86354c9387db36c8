/** Numbers as people read them: always with their unit, always with the same number of digits. */

const COUNT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const SMALL = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** What is shown where there is nothing to show. */
export const NONE = "–";

/** 1,234,567 */
export function count(n: number | undefined): string {
  return n === undefined ? NONE : COUNT.format(n);
}

/** `1 batch`, `2 batches`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Records a second. */
export function rate(perSecond: number | undefined): string {
  if (perSecond === undefined) return NONE;
  return `${perSecond < 100 ? SMALL.format(perSecond) : COUNT.format(perSecond)}/s`;
}

/** Milliseconds as `850 ms`, `1.25 s`, `12.5 s`, `2 min 05 s`, `3 h 07 min`, `2 d 04 h`. */
export function duration(millis: number | undefined): string {
  if (millis === undefined) return NONE;
  if (millis < 999.5) return `${Math.round(millis)} ms`;
  const seconds = millis / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** An interval as the program gives it: `250 ms`, `1 s`, `1.5 s`, `5 min`. */
export function interval(millis: number): string {
  if (millis < 1000) return `${millis} ms`;
  if (millis % 60_000 === 0) return `${millis / 60_000} min`;
  return `${millis / 1000} s`;
}

/** `512 B`, `1.5 kB`, `12 MB`; 1 kB is 1,000 bytes. */
export function bytes(n: number | undefined): string {
  if (n === undefined) return NONE;
  if (n < 1000) return `${Math.round(n)} B`;
  let value = n;
  for (const unit of ["kB", "MB", "GB", "TB"]) {
    value /= 1000;
    if (value < 999.5 || unit === "TB") return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  }
  return NONE;
}

/** `$12.34`; small amounts with two digits that say something: `$0.000012`. */
export function money(dollars: number | undefined): string {
  if (dollars === undefined) return NONE;
  if (dollars === 0) return "$0";
  if (dollars >= 1000) return `$${COUNT.format(dollars)}`;
  if (dollars >= 0.1) return `$${dollars.toFixed(2)}`;
  const digits = Math.min(12, 1 - Math.floor(Math.log10(dollars)));
  return `$${dollars.toFixed(digits)}`;
}

/** 0.256 → `26 %`. */
export function percent(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? NONE : `${COUNT.format(share * 100)} %`;
}

/** Time of day, with milliseconds where there are any: a batch's name. */
export function clock(millis: number): string {
  const at = new Date(millis);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const rest = at.getMilliseconds();
  return rest === 0 ? time : `${time}.${String(rest).padStart(3, "0")}`;
}

/** Day and time of day. */
export function dateAndClock(millis: number): string {
  const at = new Date(millis);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(millis)}`;
}

const SERVICES: Readonly<Record<string, string>> = {
  kinesis: "Kinesis",
  lambda: "Lambda",
  s3: "S3",
  dynamodb: "DynamoDB",
};

/** A service by the name that its bill has. */
export function serviceName(service: string): string {
  return SERVICES[service] ?? service;
}

/** A text cut in the middle, where uids are alike. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = Math.floor((max - 1) / 3);
  return `${text.slice(0, max - 1 - end)}…${text.slice(text.length - end)}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
