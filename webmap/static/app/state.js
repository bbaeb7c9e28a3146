// What is asked and looked at. The address bar holds all of it, so that a view can be sent to a colleague.
import { may } from "./rights.js";
import { settings } from "./settings.js";

const TABS = ["coverage", "grids", "enterprises", "plans"];
const BANDS = ["", "10", "25", "50", "100"];
const MEASURES = ["straight_line", "streets"];
const SHOWN = ["", "circle_only", "streets_only", "unplaced"];

const known = (list, value, fallback) => (list.includes(value) ? value : fallback);
const codes = (items) => items.map((item) => item.code);

export const ruleOf = (code) => settings.rules.find((row) => row.code === code);
export const countyOf = (code) => settings.counties.find((row) => row.code === code);

// A rule without a time limit has no form along streets.
const measureOf = (rule, measure) => (ruleOf(rule)?.street_limit_s ? known(MEASURES, measure, MEASURES[0]) : MEASURES[0]);

const RIGHTS = { enterprises: "enterprises", plans: "plans" };

export const tabsOf = (county) => TABS.filter((tab) => !RIGHTS[tab] || may(RIGHTS[tab], county));

function place(text) {
  const parts = (text || "").split(",").map(Number);
  const [lon, lat, zoom] = parts;
  const sound = parts.length === 3 && parts.every(Number.isFinite) && Math.abs(lon) <= 180 && Math.abs(lat) <= 85;
  return sound ? { lon, lat, zoom: Math.min(19, Math.max(6, zoom)) } : null;
}

function selection(text) {
  const match = /^(station|enterprise|grid|gap|demand):(\d{1,18})$/.exec(text || "");
  return match ? { kind: match[1], id: Number(match[2]) } : null;
}

function read() {
  const query = new URLSearchParams(location.search);
  const get = (name) => query.get(name) || "";
  const services = codes(settings.services);
  const county = known(codes(settings.counties), get("county"), settings.county);
  const rule = known(codes(settings.rules), get("rule"), settings.rule);
  return {
    county,
    tab: known(tabsOf(county), get("tab"), "coverage"),
    rule,
    measure: measureOf(rule, get("measure")),
    day: known(settings.days, get("day"), "workday"),
    time: get("time") === "any" || /^([01]\d|2[0-3]):[0-5]\d$/.test(get("time")) ? get("time") : settings.time,
    services: get("services").split(",").filter((code) => services.includes(code)),
    at: place(get("at")),
    sel: selection(get("sel")),
    view: known(["map", "list"], get("view"), "map"),
    color: known(may("counts", county) ? ["share", "unorganized"] : ["share"], get("color"), "share"),
    grid: get("grid").slice(0, 40),
    org: known(["unorganized", "all"], get("org"), "unorganized"),
    band: known(BANDS, get("band"), ""),
    plan: /^\d{1,15}$/.test(get("plan")) ? Number(get("plan")) : 0,
    show: known(SHOWN, get("show"), ""),
  };
}

const DEFAULTS = { view: "map", color: "share", grid: "", org: "unorganized", band: "", day: "workday", show: "", measure: "straight_line" };

export function address(state) {
  const query = new URLSearchParams();
  const put = (name, value) => value && value !== DEFAULTS[name] && query.set(name, value);
  put("county", state.county);
  query.set("tab", state.tab);
  query.set("rule", state.rule);
  put("measure", state.measure);
  query.set("day", state.day);
  query.set("time", state.time);
  if (state.services.length) query.set("services", state.services.join(","));
  for (const name of ["view", "color", "grid", "org", "band", "show", "plan"]) put(name, state[name]);
  if (state.at) query.set("at", `${state.at.lon.toFixed(5)},${state.at.lat.toFixed(5)},${state.at.zoom.toFixed(2)}`);
  if (state.sel) query.set("sel", `${state.sel.kind}:${state.sel.id}`);
  query.set("lang", settings.locale);
  return `${location.pathname}?${query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",")}`;
}

export const state = read();
const listeners = [];

export function onChange(listener) {
  listeners.push(listener);
}

// `quiet` changes (the map was moved) replace the address; others can be taken back with the browser's Back.
export function set(patch, { quiet = false } = {}) {
  const changed = new Set(
    Object.keys(patch).filter((name) => JSON.stringify(patch[name]) !== JSON.stringify(state[name])),
  );
  if (!changed.size) return;
  Object.assign(state, patch);
  if (state.measure !== measureOf(state.rule, state.measure)) { state.measure = MEASURES[0]; changed.add("measure"); }
  // Another county may be less open than the one before.
  if (!tabsOf(state.county).includes(state.tab)) { state.tab = "coverage"; changed.add("tab"); }
  if (state.color === "unorganized" && !may("counts", state.county)) { state.color = "share"; changed.add("color"); }
  history[quiet ? "replaceState" : "pushState"](null, "", address(state));
  for (const listener of listeners) listener(changed);
}

window.addEventListener("popstate", () => {
  const before = { ...state };
  Object.assign(state, read());
  const changed = new Set(Object.keys(state).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(state[name])));
  for (const listener of listeners) listener(changed);
});
