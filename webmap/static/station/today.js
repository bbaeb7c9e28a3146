// Today at one station. Changes gather in a draft that survives a closed tab and a dead spot; one button sends them
// and confirms the rest. A change is sent once: its key stays with the draft until the server has answered.
import { newKey, say } from "../work/page.js";
import { send } from "../work/send.js";
import { draftName, showConflict, station, t, whoChangedWhat } from "./data.js";

const form = document.getElementById("today");
const early = document.getElementById("early");
const visitors = document.getElementById("visitors");
const says = document.getElementById("says");
const undo = document.getElementById("undo");
const DONE = `${draftName}.done`;
const RETRY_MS = 20000;

let draft = readDraft();
let sending = false;

function emptyDraft() {
  return { day: station.today, opening: null, closes_at: "now", reason: "", services: {}, visitors: null, key: null, waiting: false };
}

function readDraft() {
  const kept = JSON.parse(localStorage.getItem(draftName) ?? "null");
  return kept?.day === station.today ? kept : emptyDraft();
}

function keepDraft() {
  if (count() || draft.waiting) localStorage.setItem(draftName, JSON.stringify(draft));
  else localStorage.removeItem(draftName);
}

function count() {
  return Object.keys(draft.services).length + Number(draft.opening !== null) + Number(draft.visitors !== null);
}

// --- What the page shows of the draft -----------------------------------------------------------------------------

function conditionOf(code) {
  return draft.services[code] ?? (station.services[code].is_expired ? "expired" : station.services[code].condition);
}

function icon(element, name) {
  element.querySelector("use").setAttribute("href", `#i-${name}`);
}

function drawTile(tile) {
  const code = tile.dataset.tile;
  const condition = conditionOf(code);
  const choice = document.getElementById("picker").content.querySelector(`[data-condition="${condition}"]`);
  tile.classList.toggle("is-changed", code in draft.services);
  if (!(code in draft.services) && !tile.dataset.drawn) return;
  tile.dataset.drawn = "yes";
  for (const each of ["working", "broken", "out_of_stock", "expired", "removed", "unknown"]) tile.classList.toggle(`is-${each}`, each === condition);
  tile.querySelector("[data-state]").textContent = t(`condition.${condition}`);
  icon(tile.querySelector(".tile-state svg"), choice?.dataset.icon ?? "clock");
}

function draw() {
  for (const tile of form.querySelectorAll("[data-tile]")) drawTile(tile);
  const opening = draft.opening ?? (station.is_early ? "closed_early" : "as_scheduled");
  for (const choice of form.querySelectorAll("[data-opening]")) choice.setAttribute("aria-pressed", String(choice.dataset.opening === opening));
  early.hidden = draft.opening !== "closed_early";
  form.querySelector('[data-opening="closed_early"]')?.setAttribute("aria-expanded", String(!early.hidden));
  form.querySelector("[data-early]").setAttribute("aria-pressed", String(draft.closes_at === "now"));
  const number = count();
  says.textContent = draft.waiting ? t("offline_kept", { count: number }) : number ? t("changed_count", { count: number }) : t("nothing_changed");
  document.getElementById("confirm-text").textContent = t(number ? "confirm_rest" : "confirm_all");
  undo.hidden = !number || sending;
}

function change(values) {
  Object.assign(draft, values, { key: null, waiting: false });
  keepDraft();
  draw();
}

// --- Tiles: a tap opens four named states in place; it never cycles -----------------------------------------------

function closePicker() {
  form.querySelector(".picker")?.remove();
  for (const tile of form.querySelectorAll("[data-tile][aria-expanded=true]")) tile.setAttribute("aria-expanded", "false");
}

function openPicker(tile) {
  const code = tile.dataset.tile;
  const wasOpen = tile.getAttribute("aria-expanded") === "true";
  closePicker();
  if (wasOpen) return;
  const picker = document.getElementById("picker").content.firstElementChild.cloneNode(true);
  picker.setAttribute("aria-label", station.services[code].name);
  for (const choice of picker.querySelectorAll("button")) {
    const chosen = choice.dataset.condition === conditionOf(code);
    choice.setAttribute("aria-checked", String(chosen));
    choice.addEventListener("click", () => choose(tile, choice.dataset.condition));
  }
  // Below the whole row of tiles that this one stands in.
  const cell = tile.parentElement;
  const cells = [...cell.parentElement.children];
  const row = cells.filter((each) => each.offsetTop === cell.offsetTop);
  row.at(-1).after(picker);
  tile.setAttribute("aria-expanded", "true");
  picker.querySelector('[aria-checked="true"], button').focus({ preventScroll: true });
  picker.scrollIntoView({ block: "nearest" });
}

function choose(tile, condition) {
  const code = tile.dataset.tile;
  const services = { ...draft.services };
  const known = station.services[code];
  if (known.is_expired && condition === "working") {
    // Expired medicine works again only with a new date.
    window.location.assign(`/my-stations/${station.id}/services#${code}`);
    return;
  }
  if (condition === known.condition && !known.is_expired) delete services[code];
  else services[code] = condition;
  change({ services });
  closePicker();
  tile.focus({ preventScroll: true });
  say(t("tile_set", { name: known.name, state: t(`condition.${condition}`) }));
}

form.addEventListener("click", (event) => {
  const tile = event.target.closest("[data-tile]");
  if (tile) openPicker(tile);
  const opening = event.target.closest("[data-opening]")?.dataset.opening;
  if (opening) chooseOpening(opening);
  if (event.target.closest("[data-problem]")) {
    form.querySelector("[data-tile]").focus();
    document.getElementById("tiles").scrollIntoView({ block: "start" });
    say(t("tap_the_broken"));
    says.textContent = t("tap_the_broken");
  }
  if (event.target.closest("[data-early]")) change({ closes_at: "now" });
  if (event.target.closest("[data-reopen]")) reopen();
  const step = event.target.closest("[data-step]")?.dataset.step;
  if (step) {
    visitors.value = Math.min(Number(visitors.max), Math.max(0, Number(visitors.value || 0) + Number(step)));
    countVisitors();
  }
});

form.addEventListener("keydown", (event) => {
  const choice = event.target.closest(".picker [role=radio]");
  if (event.key === "Escape" && form.querySelector(".picker")) {
    const tile = form.querySelector("[data-tile][aria-expanded=true]");
    closePicker();
    tile?.focus();
  }
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!choice || !step) return;
  event.preventDefault();
  const all = [...choice.parentElement.children];
  all[(all.indexOf(choice) + step + all.length) % all.length].focus();
});

function chooseOpening(opening) {
  const present = station.is_early ? "closed_early" : "as_scheduled";
  change({ opening: opening === present && opening === "as_scheduled" ? null : opening });
}

function countVisitors() {
  const number = visitors.value === "" ? null : Math.trunc(Number(visitors.value));
  change({ visitors: number === station.visitors ? null : number });
}

visitors.addEventListener("input", countVisitors);
form.querySelector("[data-early-at]").addEventListener("input", (event) => change({ closes_at: event.target.value || "now" }));
form.querySelector("[data-reason]").addEventListener("input", (event) => change({ reason: event.target.value }));
undo.addEventListener("click", () => {
  visitors.value = station.visitors ?? "";
  change(emptyDraft());
});

// --- Sending -------------------------------------------------------------------------------------------------------

function body() {
  const wanted = { services: draft.services };
  if (draft.opening) wanted.opening = draft.opening;
  if (draft.opening === "closed_early") Object.assign(wanted, { closes_at: draft.closes_at, reason: draft.reason || null });
  if (draft.visitors !== null) wanted.visitors = draft.visitors;
  return wanted;
}

async function confirm() {
  if (sending) return;
  sending = true;
  form.querySelector(".station-confirm").disabled = true;
  says.textContent = t("sending");
  draft.key ||= newKey();
  draft.version ??= station.version;
  keepDraft();
  const answer = await send("POST", `/api/v1/stations/${station.id}/today`, body(), { key: draft.key, version: draft.version });
  sending = false;
  form.querySelector(".station-confirm").disabled = false;
  if (answer.ok) finish(t("done"));
  else refuse(answer);
}

function finish(text) {
  localStorage.removeItem(draftName);
  sessionStorage.setItem(DONE, text);
  window.location.reload();
}

function refuse(answer) {
  if (answer.offline) {
    draft.waiting = true;
    keepDraft();
    draw();
    return;
  }
  Object.assign(draft, { key: null, waiting: false, version: undefined });
  keepDraft();
  draw();
  if (answer.body?.code === "stale_version") {
    showConflict(`${whoChangedWhat(answer.body.params)} ${t("draft_is_kept")}`, [t("look_and_keep"), () => window.location.reload()]);
    says.textContent = t("not_saved");
  } else says.textContent = answer.sentence;
}

async function reopen() {
  const answer = await send("POST", `/api/v1/stations/${station.id}/reopen`, {}, { key: newKey(), version: station.version });
  if (answer.ok) finish(t("reopened"));
  else refuse(answer);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  confirm();
});
const retry = () => draft.waiting && navigator.onLine && confirm();
window.addEventListener("online", retry);
window.setInterval(retry, RETRY_MS);

// --- Begin ----------------------------------------------------------------------------------------------------------

const done = sessionStorage.getItem(DONE);
if (done) {
  sessionStorage.removeItem(DONE);
  const place = document.getElementById("done");
  place.textContent = done;
  place.hidden = false;
  say(done);
}
if (draft.visitors !== null) visitors.value = draft.visitors;
if (draft.reason) form.querySelector("[data-reason]").value = draft.reason;
if (draft.closes_at !== "now") form.querySelector("[data-early-at]").value = draft.closes_at;
draw();
if (draft.waiting) retry();
