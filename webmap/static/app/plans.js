// What if: a list of changes, the figures they would make, and what is kept of it. Nothing here is official.
import { newKey } from "../work/page.js";
import { send } from "../work/send.js";
import { get } from "./api.js";
import { may } from "./rights.js";
import { settings } from "./settings.js";
import { set, state } from "./state.js";
import { t } from "./text.js";

const PATIENCE_MS = 180;
const MOST = 50;

const blank = () => ({ id: 0, version: 0, name: "", note: "", shared: false, mine: true, maker: "", planned: 0, changes: [], past: [], isSaved: true });

// `result` is the last answer, `old` whether a newer one is awaited, `tool` what a tap on the map does, `draft` the
// corners of a line being drawn, `chosen` a station or the number of a change.
export const plan = { ...blank(), county: "", result: null, old: false, error: "", tool: "", draft: [], chosen: null, told: "" };
const listeners = [];

export const onPlan = (listener) => listeners.push(listener);
const tell = () => listeners.forEach((listener) => listener(plan));

export const mayDraw = () => may("plans_write", state.county);
export const measure = () => state.measure;

// --- figures: one question on its way at a time, always the latest list of changes next.
let isFlying = false;
let isStale = false;

function question() {
  const [hour, minute] = state.time.split(":").map(Number);
  return { rule: state.rule, measure: measure(), day: state.day, minute: state.time === "any" ? null : 60 * hour + minute, services: state.services };
}

const bare = (change) => { const { planned_station: _, ...rest } = change; return rest; };

export async function ask() {
  if (state.tab !== "plans" || !state.county) return;
  isStale = true;
  if (isFlying) return;
  isFlying = true;
  const patience = setTimeout(() => { plan.old = true; tell(); }, PATIENCE_MS);
  while (isStale) {
    isStale = false;
    const body = { county: state.county, question: question(), changes: plan.changes.map(bare) };
    const answer = await send("POST", `${settings.api}/scenarios/try`, body);
    if (body.county !== state.county) { isStale = true; continue; }
    if (answer.ok) Object.assign(plan, { result: answer.body, error: "" });
    else if (!isStale) plan.error = answer.sentence;
    if (isStale && answer.ok) tell();
  }
  clearTimeout(patience);
  isFlying = false;
  plan.old = Boolean(plan.error);
  tell();
}

export const isStill = () => state.tab !== "plans" || (!isFlying && (plan.result !== null || plan.error !== ""));

// --- changes
function keep() {
  try {
    if (plan.isSaved) sessionStorage.removeItem(`plan:${state.county}`);
    else sessionStorage.setItem(`plan:${state.county}`, JSON.stringify(plan.changes));
  } catch { /* a browser that keeps nothing: then nothing is kept */ }
}

function become(changes, { quiet = false } = {}) {
  if (changes.length > MOST) { plan.told = t("plans.most", { n: MOST }); tell(); return; }
  if (!quiet) plan.past = [...plan.past.slice(-MOST), plan.changes];
  Object.assign(plan, { changes, isSaved: false, told: "" });
  keep();
  tell();
  ask();
}

const GROUP = { close_station: "life", reopen_station: "life" };
const groupOf = (change) => `${GROUP[change.kind] ?? change.kind}:${change.station ?? ""}`;

// A station has one place, one set of hours, one life: the newest word about it stands.
export function add(change) {
  const others = change.station ? plan.changes.filter((each) => groupOf(each) !== groupOf(change)) : plan.changes;
  become([...others, change]);
  plan.chosen = { change: plan.changes.length - 1 };
  tell();
}

export function addPin(lon, lat, name = "") {
  const number = plan.changes.filter((each) => each.kind === "add_station").length + 1;
  add({ kind: "add_station", lon, lat, name: name || t("plans.pin_name", { n: number }) });
}

export const remove = (at) => { plan.chosen = null; become(plan.changes.filter((_, i) => i !== at)); };

export const change = (at, patch, options) => become(plan.changes.map((each, i) => (i === at ? { ...each, ...patch } : each)), options);

// While the hand is on the mouse: figures follow, what was before is remembered once.
export function remember() {
  plan.past = [...plan.past.slice(-MOST), plan.changes];
}

export function undo() {
  if (!plan.past.length) return;
  const changes = plan.past.at(-1);
  plan.past = plan.past.slice(0, -1);
  plan.chosen = null;
  become(changes, { quiet: true });
}

export function use(tool) {
  Object.assign(plan, { tool: plan.tool === tool ? "" : tool, draft: [], moving: null, told: "" });
  tell();
}

export function draw(point) {
  plan.draft = [...plan.draft, point];
  tell();
}

export function finish({ closed = false } = {}) {
  const { tool, draft } = plan;
  Object.assign(plan, { tool: "", draft: [] });
  if (draft.length < 2) { tell(); return; }
  const geometry = closed ? { type: "Polygon", coordinates: [[...draft, draft[0]]] } : { type: "LineString", coordinates: draft };
  add({ kind: tool, geometry });
}

export function choose(chosen) {
  plan.chosen = chosen;
  tell();
}

// --- kept scenarios
function take(kept) {
  Object.assign(plan, {
    id: kept.id, version: kept.version, name: kept.name, note: kept.note ?? "", shared: kept.is_shared, mine: kept.is_mine, maker: kept.maker,
    planned: kept.planned, changes: kept.changes, isSaved: true,
  });
  keep();
}

const asked = (kept) => ({
  rule: kept.question.rule, day: kept.question.day, services: kept.question.services,
  time: kept.question.minute === null ? "any" : `${String(Math.floor(kept.question.minute / 60)).padStart(2, "0")}:${String(kept.question.minute % 60).padStart(2, "0")}`,
  measure: kept.question.measure,
});

export async function open(id, { withQuestion = true } = {}) {
  try {
    const kept = await get(`scenarios/${id}`);
    Object.assign(plan, blank(), { county: kept.county, result: null, chosen: null });
    take(kept);
    set({ plan: id, county: kept.county, ...(withQuestion ? asked(kept) : {}) }, { quiet: true });
  } catch (error) {
    Object.assign(plan, { error: error.message, old: true });
    set({ plan: 0 }, { quiet: true });
  }
  tell();
  ask();
}

export function start() {
  Object.assign(plan, blank(), { county: state.county, result: null, chosen: null, error: "" });
  keep();
  set({ plan: 0 }, { quiet: true });
  tell();
  ask();
}

export const listKept = async () => (await get("scenarios", { county: state.county })).scenarios;

let key = null;

// `anew` makes another one of it; else the one that is open is changed.
export async function save({ name, note, shared }, { anew = false } = {}) {
  const facts = { name, note, is_shared: shared, question: question(), changes: plan.changes.map(bare) };
  const isNew = anew || !plan.id || !plan.mine;
  key ??= newKey();
  const answer = isNew
    ? await send("POST", `${settings.api}/scenarios`, { ...facts, county: state.county }, { key })
    : await send("PUT", `${settings.api}/scenarios/${plan.id}`, facts, { key, version: plan.version });
  if (!answer.offline) key = null;
  if (answer.ok) {
    take(answer.body);
    set({ plan: plan.id }, { quiet: true });
  }
  tell();
  return answer;
}

export async function makePlanned() {
  key ??= newKey();
  const answer = await send("POST", `${settings.api}/scenarios/${plan.id}/plan`, {}, { key, version: plan.version });
  if (!answer.offline) key = null;
  if (answer.ok) take(answer.body);
  tell();
  return answer;
}

export const link = () => `${window.location.origin}/scenarios/${plan.id}`;

// A tab that opens, or a county that changes, brings its own list.
export function enter() {
  if (state.plan && state.plan !== plan.id) { open(state.plan, { withQuestion: plan.county !== "" }); return; }
  if (plan.county !== state.county) {
    Object.assign(plan, blank(), { county: state.county, result: null, chosen: null, error: "" });
    try {
      const kept = JSON.parse(sessionStorage.getItem(`plan:${state.county}`) ?? "[]");
      if (kept.length) Object.assign(plan, { changes: kept, isSaved: false });
    } catch { /* not readable: begin empty */ }
  }
  ask();
}
