// Sentences of the liaison's pages, and days as people say them.
const data = JSON.parse(document.getElementById("liaison-data").textContent);
const TIME_ZONE = "Asia/Shanghai";

export const settings = data;

// A sentence of the page by its whole key; `t` those of the scripts.
export const word = (key, params = {}) => (data.strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
export const t = (key, params = {}) => word(`liaison.js.${key}`, params);

const time = new Intl.DateTimeFormat("en-GB", { timeZone: TIME_ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en-CA", { timeZone: TIME_ZONE, year: "numeric", month: "2-digit", day: "2-digit" });

// 2026-11-25 in China, whatever the phone thinks.
export const today = () => day.format(new Date());

// 10:20 of today, else with its day.
export function clock(iso) {
  const at = new Date(iso);
  const date = day.format(at);
  return date === today() ? time.format(at) : `${monthDay(date)} ${time.format(at)}`;
}

export function monthDay(date) {
  const [, month, number] = date.split("-").map(Number);
  return t("words.month_day", { day: number, name: t(`words.month.${month}`) });
}

export function addDays(date, n) {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + n);
  return at.toISOString().slice(0, 10);
}

// 0 Sunday to 6 Saturday.
export const weekday = (date) => new Date(`${date}T00:00:00Z`).getUTCDay();

const grouped = new Intl.NumberFormat("en-US");
export const number = (value) => grouped.format(value);
