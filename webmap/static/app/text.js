// Sentences by key, numbers and times as people read them. No text is ever made into markup.
import { settings } from "./settings.js";

const TIME_ZONE = "Asia/Shanghai";
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const isChinese = settings.locale === "zh";

export function has(key) {
  return Object.hasOwn(settings.strings, key);
}

export function t(key, params = {}) {
  const sentence = settings.strings[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
}

// The pieces of a sentence with its {places} named, so that controls can stand in them.
export function pieces(key) {
  return t_raw(key)
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((part) => (/^\{\w+\}$/.test(part) ? { place: part.slice(1, -1) } : { text: part }));
}

function t_raw(key) {
  return settings.strings[key] ?? key;
}

export const number = (value) => (value === null || value === undefined ? "–" : grouped.format(value));
export const percent = (value) => (value === null || value === undefined ? "—" : `${Number(value).toFixed(1)}%`);

export function clock(minute) {
  const pad = (n) => String(n).padStart(2, "0");
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

const stamp = new Intl.DateTimeFormat("sv-SE", { timeZone: TIME_ZONE, dateStyle: "short", timeStyle: "short" });
export const dateTime = (iso) => stamp.format(new Date(iso));

// The day type and time of now in China, which is where the stations are.
export function now() {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: TIME_ZONE, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(new Date());
  const part = (type) => parts.find((p) => p.type === type).value;
  const weekday = part("weekday");
  const day = weekday === "Sat" ? "saturday" : weekday === "Sun" ? "sunday" : "workday";
  return { day, weekday: t(`page.weekday.${weekday.toLowerCase()}`), time: `${part("hour")}:${part("minute")}` };
}

// A grid's code without the county it is in: 410102G011 is G011 on a page about 410102.
export const shortCode = (code, county) => (code && county && code.startsWith(county) && code.length > county.length ? code.slice(county.length) : code ?? "");

// The same within a sentence of the API; codes of other counties stay whole, they would be taken for our own.
export const shortCodesIn = (sentence, county) => (sentence && county ? sentence.replace(new RegExp(`\\b${county}(?=[GZX]\\d)`, "g"), "") : sentence);

export function metres(value) {
  if (value === null || value === undefined) return "–";
  if (value >= 1000 && value % 1000 === 0) return t("page.km", { n: value / 1000 });
  return value >= 10000 ? t("page.km", { n: (value / 1000).toFixed(1) }) : t("page.m", { n: number(Math.round(value)) });
}

export const ruleLabel = (rule) => (isChinese ? rule.label_zh : rule.label_en);
const LIMITS = {
  straight_line: (rule) => t("page.rule_with_limit", { rule: ruleLabel(rule), m: number(rule.straight_limit_m) }),
  streets: (rule) => t("page.street_rule", { rule: ruleLabel(rule), s: number(rule.street_limit_s) }),
};
export const ruleWithLimit = (rule, measure = "straight_line") => LIMITS[measure](rule);

// Minutes are rounded up: who is told six must not need seven.
export const minutes = (seconds) => t("page.minutes", { n: number(Math.ceil(seconds / 60 - 1e-9)) });
