// The visit sheet: two taps and save. What is half filled in survives a closed tab; what is saved is on the
// phone first and goes out as soon as there is signal.
import { el, fill } from "../app/dom.js";
import { dropDraft, keepDraft, listUnsent, newKey, readDraft } from "./kept.js";
import { onChange, post, REFUSED } from "./outbox.js";
import { readForm } from "./form.js";
import { say } from "./page.js";
import { addDays, clock, monthDay, t, today, weekday } from "./words.js";

const FORM = "visit";
const MONDAY = 1;
const sheet = document.getElementById("visit-sheet");
const form = sheet?.querySelector("form");
let at = null;
let opener = null;

// Tomorrow and the Monday after, or from Friday on the two first days of next week.
function nextDays(date) {
  const day = weekday(date);
  const monday = addDays(date, ((MONDAY - day + 7) % 7) || 7);
  const early = day >= MONDAY && day < 5;
  return early
    ? [[addDays(date, 1), t("visit.tomorrow")], [monday, t("visit.next_monday")]]
    : [[monday, t("visit.next_monday")], [addDays(monday, 1), t("visit.next_tuesday")]];
}

function setNext() {
  nextDays(today()).forEach(([date, words], i) => {
    const input = form.querySelector(`[data-next="${i}"]`);
    input.value = date;
    input.nextElementSibling.textContent = words;
    input.nextElementSibling.title = monthDay(date);
  });
}

function showDate() {
  const other = form.elements.next_choice.value === "other";
  form.querySelector("#next-date").hidden = !other;
  if (other && document.activeElement?.name === "next_choice") form.elements.next_date.focus();
}

function values() {
  const found = {};
  for (const field of form.elements) {
    if (!field.name || (field.type === "radio" && !field.checked)) continue;
    found[field.name] = field.value;
  }
  return found;
}

function setValues(wanted) {
  for (const field of form.elements) {
    if (!field.name || !(field.name in wanted)) continue;
    if (field.type === "radio") field.checked = field.value === wanted[field.name];
    else field.value = wanted[field.name];
  }
  // A day that was "tomorrow" when it was chosen is a date by now.
  const next = wanted.next_choice;
  if (next && !form.elements.next_choice.value) {
    form.elements.next_choice.value = "other";
    form.elements.next_date.value = next;
  }
  showDate();
  showWhen();
}

function restore() {
  const draft = readDraft(FORM, at.id);
  const notice = form.querySelector(".restored");
  notice.hidden = !draft;
  if (!draft) return;
  setValues(draft.values);
  notice.querySelector("span").textContent = t("visit.restored", { time: clock(draft.at) });
}

function showWhen() {
  const date = form.elements.visited_on.value;
  const channel = form.elements.channel.selectedOptions[0]?.textContent ?? "";
  sheet.querySelector("#visit-when").textContent = `${!date || date === today() ? t("visit.today") : monthDay(date)} · ${channel}`;
}

function clear() {
  form.reset();
  form.elements.visited_on.value = today();
  form.elements.visited_on.max = today();
  form.elements.next_date.min = today();
  setNext();
  tellHere("");
  showDate();
  showWhen();
}

export function open(enterprise, button = null) {
  at = enterprise;
  opener = button;
  clear();
  sheet.querySelector("#visit-name").textContent = [at.name, at.kind].filter(Boolean).join(" · ");
  form.elements.staff_band.options[0].textContent = at.band ? t("visit.band_same", { band: at.band }) : t("visit.band_unknown");
  restore();
  sheet.showModal();
  (form.querySelector('[name="result"]:checked') ?? form.querySelector('[name="result"]')).focus({ focusVisible: false });
}

function close() {
  sheet.close();
  opener?.focus();
}

function tellHere(text, bad = false) {
  const place = form.querySelector(".receipt");
  place.textContent = text;
  place.className = `receipt${bad ? " is-bad" : ""}`;
}

// What the API wants: empty fields left out, the chosen day of the next visit as a date.
function bodyOf() {
  const { next_choice: next, next_date: other, ...rest } = readForm(form);
  const given = Object.entries(rest).filter(([, value]) => value !== null && value !== "");
  const isSix = (name) => form.elements[name].dataset?.six !== undefined;
  const body = Object.fromEntries(given.filter(([name]) => !isSix(name)));
  const clarity = Object.fromEntries(given.filter(([name]) => isSix(name)));
  if (Object.keys(clarity).length) body.clarity = clarity;
  const on = next === "other" ? other : next;
  return on && on !== "none" ? { ...body, next_on: on } : body;
}

function summaryOf(body) {
  const label = form.querySelector('[name="result"]:checked + span').textContent;
  return [label, body.note].filter(Boolean).join(t("words.comma"));
}

function check(body) {
  if (!body.result) return t("visit.choose_result");
  if (form.elements.next_choice.value === "other" && !body.next_on) return t("visit.choose_date");
  if (body.next_on && body.next_on <= body.visited_on) return t("visit.next_before");
  return "";
}

async function save() {
  const body = bodyOf();
  const problem = check(body);
  if (problem) {
    tellHere(problem, true);
    return;
  }
  const button = form.querySelector('[type="submit"]');
  button.disabled = true;
  const enterprise = at;
  const key = newKey();
  const done = await post({
    key, path: `/api/v1/enterprises/${enterprise.id}/visits`, body: { ...body, client_id: key }, enterprise: enterprise.id, name: enterprise.name,
    label: t("visit.label"), summary: summaryOf(body), on: body.visited_on,
  });
  button.disabled = false;
  if (!done.kept && !done.sent) {
    tellHere(done.problem?.detail ?? t("visit.not_kept"), true);
    return;
  }
  dropDraft(FORM, enterprise.id);
  close();
  say(done.sent ? t("visit.saved") : done.refused ? t("visit.refused") : t("visit.kept"));
  sheet.dispatchEvent(new CustomEvent("visit", { bubbles: true, detail: { ...done, enterprise } }));
  if (done.sent) showLast(enterprise.id, `${t("visit.today")} ${clock(new Date().toISOString())} · ${summaryOf(body)}`);
}

function showLast(id, text) {
  const place = document.querySelector(`[data-card="${id}"] .last > span`);
  if (place) place.textContent = text;
}

// Of what waits the card tells too, also after the page was closed and opened again.
function showWaiting({ items = listUnsent() } = {}) {
  for (const item of items) {
    if (item.state === REFUSED) continue;
    const when = item.on === today() ? `${t("visit.today")} ${clock(item.made_at)}` : monthDay(item.on ?? item.made_at.slice(0, 10));
    showLast(item.enterprise, `${when} · ${item.summary}`);
  }
}

function install() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-visit]");
    if (!button) return;
    const { visit, name, kind, band } = button.dataset;
    open({ id: Number(visit), name, kind, band }, button);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  form.addEventListener("input", () => { showDate(); showWhen(); if (at) keepDraft(FORM, at.id, values()); });
  sheet.querySelector(".sheet-close").addEventListener("click", close);
  sheet.addEventListener("click", (event) => { if (event.target === sheet) close(); });
  form.querySelector(".restored button").addEventListener("click", () => { dropDraft(FORM, at.id); clear(); form.querySelector(".restored").hidden = true; });
  onChange(showWaiting);
  showWaiting();
}

// A half-filled visit of an enterprise on this page is offered again where it was left.
export function markDrafts() {
  for (const button of document.querySelectorAll("[data-visit]")) {
    if (readDraft(FORM, button.dataset.visit)) fill(button, t("visit.go_on"), el("span", { class: "unseen" }, ` ${button.dataset.name}`));
  }
}

if (form) {
  install();
  markDrafts();
}
