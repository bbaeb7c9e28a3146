// A station as a card: the nearest open one with everything to get there, the others shorter.
import { el, icon } from "../app/dom.js";
import { describeHours, OPEN, stateAt, UNKNOWN, walkMinutes } from "./find-order.js";
import { data, number, t } from "./find-text.js";

const FIRST_SERVICES = ["food_heating", "drinking_water", "toilet", "phone_charging"];
const SHOWN_SERVICES = 4;
const DAY_HOURS = 24;
const DRAWN = new Set([
  "food_heating", "drinking_water", "toilet", "phone_charging", "rest_seating", "first_aid", "climate_control",
  "rain_shelter",
]);

export const page = (station) => `/s/${encodeURIComponent(station.code)}`;

// The links of the applications, each in its own datum; the points were computed on the server.
export function links(station) {
  const points = { wgs84: [station.lon, station.lat], gcj02: station.gcj, bd09: station.bd };
  return data.applications.map(({ code, datum, template }) => {
    const [lon, lat] = points[datum].map((value) => value.toFixed(6));
    const filled = { lon, lat, name: encodeURIComponent(station.name) };
    return [code, template.replace(/\{(\w+)\}/g, (_, name) => filled[name])];
  });
}

export function goButton(station, isPrimary) {
  return el("details", { class: "go" },
    el("summary", { class: isPrimary ? "button is-primary" : "button" }, icon("go"), t("find.go")),
    el("ul", {}, links(station).map(([code, link]) =>
      el("li", {}, el("a", { class: "button", href: link, target: code === "geo" ? null : "_blank", rel: "noopener noreferrer" }, t(`find.go.${code}`))))),
  );
}

function tag(state, isAlways) {
  if (state === "open") return el("span", { class: "state is-open" }, icon("check"), t(isAlways ? "find.state.always" : "find.state.open"));
  if (state === "unknown") return el("span", { class: "state is-unknown" }, icon("question"), t("find.state.unknown"));
  return el("span", { class: "state is-shut" }, t(`find.state.${state}`));
}

export function walk(metres) {
  return [
    el("strong", {}, t("find.walk", { minutes: walkMinutes(metres) })), " ",
    el("span", { class: "quiet" }, t("find.straight", { metres: number(Math.round(metres)) })),
  ];
}

export function hoursWords(station, minute, horizon) {
  const { key, time } = describeHours(station, minute, horizon);
  return { key, words: t(`find.hours.${key}`, { time }) };
}

function serviceWord(station, code) {
  const name = data.services[code];
  const condition = station.services[code];
  if (condition !== "working") return t(`find.service_${condition}`, { name });
  const metres = station.nearby[code];
  return metres ? t("find.service_nearby", { name, metres: Math.round(metres) }) : name;
}

function services(station, wanted) {
  const asked = wanted.filter((code) => code in data.services);
  const known = [...new Set([...asked, ...FIRST_SERVICES])].filter((code) => code in station.services);
  if (!known.length) return null;
  return el("ul", { class: "station-has" }, known.slice(0, SHOWN_SERVICES).map((code) => {
    const condition = station.services[code];
    const sign = condition === "working" ? (DRAWN.has(code) ? code : "check") : condition === "unknown" ? "question" : "cross";
    return el("li", { class: `is-${condition}` }, icon(sign), el("span", {}, serviceWord(station, code)));
  }));
}

function confirmed(station, now) {
  const hours = station.confirmed_at ? Math.floor((now - Date.parse(station.confirmed_at)) / 3600000) : DAY_HOURS;
  if (hours < 1) return el("span", { class: "quiet" }, t("find.confirmed.just"));
  if (hours < DAY_HOURS) return el("span", { class: "quiet" }, t("find.confirmed.hours", { hours }));
  if (station.stale === -1) return el("span", { class: "quiet amber" }, t("find.confirmed.never"));
  if (station.stale !== null) return el("span", { class: "quiet amber" }, t("find.confirmed.stale", { days: station.stale }));
  const [, month, day] = station.confirmed.split("-").map(Number);
  return el("span", { class: "quiet" }, t("find.confirmed.on_date", { month, day }));
}

function access(station, now) {
  return el("p", { class: "station-access" }, icon("door"),
    el("span", {}, station.note || t(`access_method.${station.access}`), " ", confirmed(station, now)));
}

function warning(station) {
  return station.warning && el("p", { class: "station-warning" }, icon("warning"),
    el("a", { href: page(station) }, t("find.warning.short", { n: station.warning.senders })));
}

export function card({ station, rank, metres }, { minute, horizon, wanted, isFirst, now }) {
  const state = stateAt(station, minute);
  const { key, words } = hoursWords(station, minute, horizon);
  const isLarge = isFirst && rank === OPEN;
  const isUnknown = rank === UNKNOWN;
  const always = key === "always";
  return el("li", { class: `station${isUnknown ? " is-unknown" : ""}${isLarge ? " is-first" : ""}`, data: { code: station.code } },
    el("div", { class: "station-head" }, el("h2", {}, el("a", { href: page(station) }, station.name)), tag(state, always)),
    el("p", { class: "station-way" },
      el("span", {}, metres === null ? el("span", { class: "quiet" }, station.address ?? "") : walk(metres)),
      isUnknown && state === "unknown" ? el("span", { class: "station-until quiet" }, t(station.phone ? "find.call_first" : "find.look_first"))
        : el("strong", { class: "station-until" }, words)),
    warning(station),
    !isUnknown && access(station, now),
    isUnknown && confirmed(station, now),
    (isLarge || wanted.length > 0) && services(station, wanted),
    isLarge && el("div", { class: "station-buttons" }, goButton(station, true), call(station)),
    isUnknown && station.phone && el("div", { class: "station-buttons" }, call(station)),
    isLarge && el("p", { class: "station-report" }, icon("lock"), el("a", { href: `${page(station)}#report` }, t("find.report.ask"))),
  );
}

export function call(station) {
  return station.phone && el("a", { class: "button", href: `tel:${station.phone.replace(/\s/g, "")}` }, icon("phone"), t("find.call"));
}

// Why it is closed at a minute although its hours say open, if so.
function closedBecause(station, minute) {
  const closure = station.closed.find(([begins, ends]) => begins <= minute && minute < ends);
  return closure && t("find.closed_because", { reason: closure[2] || t("find.closed_early") });
}

export function line({ station, metres }, { minute, horizon, lacking = [] }) {
  return el("li", {},
    el("a", { href: page(station) }, station.name), " ",
    metres !== null && el("span", { class: "quiet" }, t("find.walk", { minutes: walkMinutes(metres) }), " ", t("find.straight", { metres: number(Math.round(metres)) })), " ",
    el("span", {}, lacking.length ? lacking.map((code) => serviceWord(station, code)).join(t("find.comma")) : closedBecause(station, minute) ?? hoursWords(station, minute, horizon).words),
  );
}
