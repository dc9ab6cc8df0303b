import type { Problems } from "../errors";

const MINUTES_OF_DAY = 24 * 60;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TIME = "([01]\\d|2[0-3]):([0-5]\\d)";
const DAILY = new RegExp(`^${TIME}-${TIME}$`);
const WEEKLY = new RegExp(`^(${DAYS.join("|")}):${TIME}-(${DAYS.join("|")}):${TIME}$`);

/** Minutes from the start of a day or a week to the start of a window, and how many it has. */
interface Window {
  readonly start: number;
  readonly length: number;
}

/**
 * Notes what AWS would refuse of the two times of a store: when it is copied, every day, and when AWS may work on it, every
 * week. They must not meet.
 */
export function checkWindows(
  { backup, maintenance }: { readonly backup: string; readonly maintenance: string },
  paths: { readonly backup: string; readonly maintenance: string },
  problems: Problems,
): void {
  const daily = dailyWindow(backup);
  const weekly = weeklyWindow(maintenance);
  if (daily === undefined || daily.length < 30 || daily.length >= MINUTES_OF_DAY)
    problems.add(
      paths.backup,
      'must be a time of day in UTC of half an hour or more, such as "03:00-04:00"',
      backup,
    );
  if (weekly === undefined || weekly.length < 30 || weekly.length >= MINUTES_OF_DAY)
    problems.add(
      paths.maintenance,
      'must be a time of the week in UTC of half an hour up to a day, such as "sun:04:00-sun:05:00"',
      maintenance,
    );
  if (daily !== undefined && weekly !== undefined && meet(daily, weekly))
    problems.add(paths.maintenance, `must not meet the daily ${backup}`, maintenance);
}

function dailyWindow(text: string): Window | undefined {
  const [, h1, m1, h2, m2] = DAILY.exec(text) ?? [];
  if (h1 === undefined) return undefined;
  return windowOf(minutes(h1, m1), minutes(h2, m2), MINUTES_OF_DAY);
}

function weeklyWindow(text: string): Window | undefined {
  const [, d1 = "", h1, m1, d2 = "", h2, m2] = WEEKLY.exec(text) ?? [];
  if (h1 === undefined) return undefined;
  const at = (day: string, time: number) => DAYS.indexOf(day) * MINUTES_OF_DAY + time;
  return windowOf(at(d1, minutes(h1, m1)), at(d2, minutes(h2, m2)), 7 * MINUTES_OF_DAY);
}

function windowOf(start: number, end: number, cycle: number): Window {
  return { start, length: (end - start + cycle) % cycle };
}

function minutes(hours = "0", rest = "0"): number {
  return Number(hours) * 60 + Number(rest);
}

/** A daily window is in the week seven times, and once more where the week begins again. */
function meet(daily: Window, weekly: Window): boolean {
  return Array.from({ length: 10 }, (_, day) => daily.start + (day - 1) * MINUTES_OF_DAY).some(
    (start) => start < weekly.start + weekly.length && weekly.start < start + daily.length,
  );
}
