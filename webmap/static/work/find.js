// The finder: which stations are near and open. The place stays in `state.place`; requests name counties only.
import { byId, el, fill } from "../app/dom.js";
import { say } from "./page.js";
import { card, line } from "./find-card.js";
import { arrange, clock, LACKS, OPEN, SHUT, UNKNOWN } from "./find-order.js";
import { canLocate, countiesAt, installTyping, isGranted, locate, nameOf } from "./find-place.js";
import { data, number, read, t } from "./find-text.js";

const PAGE = 20;
const FAR_M = 5000;
const AT_LEAST = 3;
const NEAR_M = 1000;
const NEAR_MINUTES = 15;
const MINUTE_MS = 60000;
const SHANGHAI_MS = 8 * 60 * MINUTE_MS;
const DAY_MIN = 1440;

const state = {
  county: data.county,
  stations: [],
  horizon: 0,
  today: null,
  clockAhead: 0,
  at: data.at,
  wanted: [...data.wanted],
  place: null,
  placeWords: "",
  shown: PAGE,
  isFar: false,
};
const lists = new Map();
let map = null;
let isDrawn = false;

// The minute counted from midnight of the list's own day, by the server's clock and Shanghai's.
function minuteNow() {
  const local = Date.now() + state.clockAhead + SHANGHAI_MS;
  return Math.floor((local - Date.parse(`${state.today}T00:00:00Z`)) / MINUTE_MS);
}

const minute = () => Math.min(state.horizon - 1, Math.max(0, state.at === null ? minuteNow() : state.at));

function when() {
  const asked = minute();
  if (state.at === null) return t("find.when.now", { time: clock(asked % DAY_MIN) });
  return t(asked < DAY_MIN ? "find.when.today" : "find.when.tomorrow", { time: clock(asked % DAY_MIN) });
}

function loadList(county) {
  if (!lists.has(county)) {
    const reading = read(`/api/v1/find/stations?county=${county}`);
    reading.catch(() => lists.delete(county));
    lists.set(county, reading);
  }
  return lists.get(county);
}

async function load() {
  const counties = state.place ? countiesAt(state.place).map(({ code }) => code) : [];
  const wanted = counties.length ? counties : [state.county];
  const answers = await Promise.all(wanted.map(loadList));
  const byCode = new Map(answers.flatMap(({ body }) => body.stations.map((station) => [station.code, station])));
  state.stations = [...byCode.values()];
  state.today = answers[0].body.today;
  state.horizon = answers[0].body.horizon;
  state.clockAhead = answers[0].at - Date.now();
  if (counties.length && !counties.includes(state.county)) [state.county] = counties;
}

async function refresh() {
  try {
    await load();
  } catch {
    notice(t("find.offline"));
    return;
  }
  notice("");
  draw();
}

function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

function headline(arranged) {
  const open = arranged.filter(({ rank }) => rank === OPEN);
  if (!open.length) return t("find.headline.none", { when: when() });
  if (!state.place) {
    const name = data.counties.find(({ code }) => code === state.county)?.name ?? "";
    return t("find.headline.county", { when: when(), county: name, n: open.length });
  }
  const near = open.filter(({ metres }) => metres <= NEAR_M).length;
  return near ? t("find.headline.near", { when: when(), n: near }) : t("find.headline.near_none", { when: when(), minutes: NEAR_MINUTES });
}

function folded(key, rows, isOpen, lacking = false) {
  if (!rows.length) return null;
  const unfit = (station) => state.wanted.filter((code) => code in data.services && !["working", "unknown"].includes(station.services[code] ?? "unknown"));
  const asked = { minute: minute(), horizon: state.horizon };
  return el("details", { class: "shut", open: isOpen },
    el("summary", {}, t(key, { n: rows.length })),
    el("ol", { class: "lines" }, rows.slice(0, PAGE).map((row) => line(row, lacking ? { ...asked, lacking: unfit(row.station) } : asked))));
}

function draw() {
  const arranged = arrange(state.stations, state.place, minute(), state.wanted);
  const cards = arranged.filter(({ rank }) => rank === OPEN || rank === UNKNOWN);
  const shut = arranged.filter(({ rank }) => rank === SHUT);
  const asked = { minute: minute(), horizon: state.horizon, wanted: state.wanted, now: Date.now() + state.clockAhead };
  const shown = worthShowing(cards);
  const title = headline(arranged);
  if (byId("headline").textContent !== title) byId("headline").textContent = title;
  fill(byId("list"),
    el("ol", { class: "stations" }, cards.slice(0, shown).map((row, index) => card(row, { ...asked, isFirst: index === 0 && state.place !== null }))),
    cards.length > shown && el("button", { type: "button", class: "button is-wide", on: { click: () => { state.shown = shown + PAGE; state.isFar = true; draw(); } } }, t("find.more", { n: cards.length - shown })),
    folded("find.shut_count", shut, !cards.some(({ rank }) => rank === OPEN)),
    folded("find.lacks_count", arranged.filter(({ rank }) => rank === LACKS), false, true),
    !arranged.length && el("p", { class: "empty" }, t("find.no_stations")));
  byId("place-words").textContent = state.placeWords || t("find.place.none", { county: data.counties.find(({ code }) => code === state.county)?.name ?? "" });
  map?.show({ place: state.place, rows: cards.slice(0, 12), minute: minute() });
  isDrawn = true;
}

// So many cards as anybody would walk to; the rest is behind a button.
function worthShowing(cards) {
  const near = cards.filter(({ metres }) => metres === null || metres <= FAR_M).length;
  return Math.min(state.shown, cards.length, state.isFar ? cards.length : Math.max(near, AT_LEAST));
}

function openPanel(isOpen) {
  byId("change-panel").hidden = !isOpen;
  byId("change").setAttribute("aria-expanded", String(isOpen));
}

async function goTo(place, words) {
  state.place = place;
  state.placeWords = words;
  state.shown = PAGE;
  state.isFar = false;
  openPanel(false);
  await refresh();
  say(byId("headline").textContent);
}

async function useOwnPlace() {
  byId("locate").disabled = true;
  byId("locate-note").textContent = t("find.place.locating");
  try {
    const place = await locate();
    await goTo(place, t("find.place.here"));
    const name = await nameOf(place, state.county);
    if (name && state.place === place) {
      state.placeWords = t("find.place.near", { name });
      draw();
    }
    byId("locate-note").textContent = t("find.private");
  } catch (error) {
    openPanel(true);
    byId("locate-note").textContent = t(`find.place.${error.message}`);
    byId("typed").focus();
  } finally {
    byId("locate").disabled = !canLocate();
  }
}

async function openMap(isForTapping) {
  byId("map").hidden = false;
  const { SmallMap } = await import("./find-map.js");
  map ??= new SmallMap(byId("map"), {
    county: () => state.county,
    tapped: (place) => goTo(place, t("find.place.tapped")),
  });
  draw();
  map.say(isForTapping ? t("find.tap_now") : "");
  if (isForTapping) byId("map").scrollIntoView({ block: "center" });
}

function install() {
  byId("plain").hidden = true;
  byId("place").hidden = false;
  byId("map").hidden = false;
  if (!canLocate()) {
    byId("locate").disabled = true;
    byId("locate-note").textContent = t("find.place.insecure");
  }
  byId("change").addEventListener("click", () => openPanel(byId("change-panel").hidden));
  byId("locate").addEventListener("click", useOwnPlace);
  byId("tap").addEventListener("click", () => openMap(true));
  byId("show-map").addEventListener("click", () => openMap(false));
  byId("county-of")?.addEventListener("change", (event) => {
    state.county = event.target.value;
    goTo(null, "");
  });
  byId("wishes").addEventListener("submit", (event) => event.preventDefault());
  byId("wishes").addEventListener("change", () => {
    const form = byId("wishes");
    const hour = form.elements.at.value;
    state.at = hour === "" ? null : Number(hour) * 60;
    state.wanted = [...form.querySelectorAll("input[name=want]:checked")].map(({ value }) => value);
    state.shown = PAGE;
    if (isDrawn) draw();
  });
  installTyping({
    input: byId("typed"),
    list: byId("matches"),
    county: () => state.county,
    choose: (place, name) => goTo(place, name),
  });
  // Scrolled down to it, the map comes by itself; not before there is a place, nor for who saves data.
  new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting) && state.place && !map && !navigator.connection?.saveData) openMap(false);
  }).observe(byId("map"));
  // "Now" goes on, also on a page left open; a new day has a new list.
  setInterval(() => {
    if (state.today && minuteNow() >= DAY_MIN) {
      lists.clear();
      refresh();
    } else if (isDrawn && state.at === null && !document.hidden && !document.querySelector(".go[open]")) draw();
  }, MINUTE_MS);
}

install();
isGranted().then((isGiven) => {
  if (isGiven) return useOwnPlace();
  openPanel(true);
  return refresh();
});
window.tenminFind = { isStill: () => isDrawn, shown: () => state.stations.length, number };
