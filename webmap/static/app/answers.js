// The coverage answer on screen: the old one is kept, and said to be old, until the new one is here.
import { ApiError, get, latest } from "./api.js";
import { countyOf, state } from "./state.js";

const KEPT = 60;
const PATIENCE_MS = 160;
const read = latest();
const cache = new Map();
const listeners = [];

// status: "loading" | "ready" | "unreachable" | "refused"
export const current = { status: "loading", answer: null, key: "", shownKey: "", time: "", measure: "", error: null, received: null, patient: false };

export function onAnswer(listener) {
  listeners.push(listener);
}

const tell = () => listeners.forEach((listener) => listener(current));

// The question without the measure: what both figures side by side have in common.
export function bothQuestion() {
  return { county: state.county, rule: state.rule, day: state.day, time: state.time, services: state.services.join(",") };
}

export function question() {
  return state.measure === "straight_line" ? bothQuestion() : { ...bothQuestion(), measure: state.measure };
}

// Where no streets are loaded there is no figure along them: not asked, never replaced by another.
const lacksNetwork = () => state.measure === "streets" && !countyOf(state.county)?.network;

export async function ask() {
  const params = question();
  const key = JSON.stringify(params);
  if (key === current.shownKey && current.status === "ready") return;
  // Figures of another county are never left standing as if they were this one's.
  if (current.answer && current.answer.question.county !== params.county) current.answer = null;
  current.key = key;
  if (lacksNetwork()) {
    Object.assign(current, { status: "refused", error: new ApiError("no_network", 400), answer: null, shownKey: "", patient: false });
    tell();
    return;
  }
  if (cache.has(key)) { show(key, params, cache.get(key)); return; }
  Object.assign(current, { status: "loading", error: null });
  // A quick answer needs no "counting": it would only flicker.
  current.patient = Boolean(current.answer);
  if (current.patient) setTimeout(() => lose(key), PATIENCE_MS);
  else tell();
  try {
    const answer = await read("coverage", params);
    cache.set(key, answer);
    if (cache.size > KEPT) cache.delete(cache.keys().next().value);
    if (current.key === key) show(key, params, answer);
  } catch (error) {
    if (error.name === "AbortError" || current.key !== key) return;
    Object.assign(current, { status: error.unreachable ? "unreachable" : "refused", error });
    tell();
  }
}

function lose(key) {
  if (current.status !== "loading" || current.key !== key) return;
  current.patient = false;
  tell();
}

function show(key, params, answer) {
  Object.assign(current, { status: "ready", answer, shownKey: key, time: params.time, measure: params.measure ?? "straight_line", error: null, received: new Date().toISOString() });
  tell();
}

// The figure of the widest question, to say how much the hours cost; null when it cannot be had.
export async function narrow(time) {
  const params = { ...question(), time };
  const key = JSON.stringify(params);
  try {
    if (!cache.has(key)) cache.set(key, await get("coverage", params));
    return cache.get(key);
  } catch {
    return null;
  }
}
