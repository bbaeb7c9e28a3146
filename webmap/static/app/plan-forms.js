// The small forms of the plans tab: a change, a station, a site by coordinates, keeping and sharing.
import { say } from "../work/page.js";
import { el } from "./dom.js";
import * as plans from "./plans.js";
import { state } from "./state.js";
import { t } from "./text.js";

const { plan } = plans;
const WEEK = [0, 1, 2, 3, 4, 5, 6, 7];

const field = (label, input) => el("label", { class: "plan-field" }, el("span", {}, label), input);
const button = (label, act, extra = {}) => el("button", { type: "button", class: "button", on: { click: act }, ...extra }, label);

const minutes = (text) => { const [hour, minute] = text.split(":").map(Number); return 60 * hour + minute; };
const clock = (minute) => `${String(Math.floor((minute % 1440) / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

// Every day the same, or round the clock: what a plan needs to say.
function openings(from, to) {
  const [opens, closes] = [minutes(from), minutes(to)];
  return WEEK.map((weekday) => ({ weekday, opens_min: opens, closes_min: closes > opens ? closes : closes + 1440 }));
}

function hoursForm(now, done) {
  const first = now?.[0];
  const from = el("input", { type: "time", class: "input", value: clock(first?.opens_min ?? 480), required: true, "aria-label": t("plans.opens") });
  const to = el("input", { type: "time", class: "input", value: clock(first?.closes_min ?? 1320), required: true, "aria-label": t("plans.closes") });
  const form = el("form", { class: "plan-form" }, button(t("plans.always"), () => done(null)), el("span", { class: "plan-times" }, from, "–", to), el("button", { type: "submit", class: "button" }, t("plans.set_hours")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.activeElement?.blur();
    done(openings(from.value, to.value));
  });
  return form;
}

function change(row, at) {
  if (row.kind === "change_hours") return hoursForm(row.openings, (openings_) => plans.change(at, { openings: openings_ }));
  if (row.kind !== "add_station" && row.kind !== "move_station") return el("span");
  const name = el("input", { class: "input", value: row.name ?? "", maxlength: 60, autocomplete: "off" });
  const lon = el("input", { class: "input", value: row.lon, inputmode: "decimal", autocomplete: "off" });
  const lat = el("input", { class: "input", value: row.lat, inputmode: "decimal", autocomplete: "off" });
  const form = el("form", { class: "plan-form" },
    row.kind === "add_station" ? field(t("plans.name"), name) : null, field(t("plans.lon"), lon), field(t("plans.lat"), lat),
    el("button", { type: "submit", class: "button" }, t("plans.apply")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.activeElement?.blur();
    const place = { lon: Number(lon.value), lat: Number(lat.value) };
    plans.change(at, row.kind === "add_station" ? { ...place, name: name.value.trim() || row.name } : place);
  });
  const box = el("div", { class: "plan-forms" }, form);
  if (row.kind === "add_station") box.append(hoursForm(row.openings, (openings_) => plans.change(at, { openings: openings_ })));
  return box;
}

function station(id, form = "") {
  const add = (kind, more = {}) => () => plans.add({ kind, station: id, ...more });
  const box = el("div", { class: "plan-actions" },
    button(t("plans.tool.close_station"), add("close_station")),
    button(t("plans.tool.reopen_station"), add("reopen_station")),
    button(t("plans.always"), add("change_hours", { openings: null })),
    button(t("plans.tool.change_hours"), () => plans.choose({ station: id, form: "hours" }), { "aria-expanded": String(form === "hours") }),
    state.services.length ? button(t("plans.tool.add_services"), add("add_services", { services: state.services })) : null);
  if (form === "hours") box.append(hoursForm(null, (openings_) => plans.add({ kind: "change_hours", station: id, openings: openings_ })));
  return box;
}

function coordinates() {
  const name = el("input", { class: "input", maxlength: 60, autocomplete: "off" });
  const lon = el("input", { class: "input", inputmode: "decimal", autocomplete: "off", required: true, placeholder: "113.62" });
  const lat = el("input", { class: "input", inputmode: "decimal", autocomplete: "off", required: true, placeholder: "34.75" });
  const form = el("form", { class: "plan-form is-row", data: { form: "coordinates" } }, field(t("plans.name"), name), field(t("plans.lon"), lon), field(t("plans.lat"), lat), el("button", { type: "submit", class: "button" }, t("plans.tool.add_station")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.activeElement?.blur();
    plans.addPin(Number(lon.value), Number(lat.value), name.value.trim());
  });
  return form;
}

function keep() {
  const name = el("input", { class: "input", value: plan.name, maxlength: 60, required: true, autocomplete: "off", data: { field: "plan-name" } });
  const note = el("textarea", { class: "input", value: plan.note, maxlength: 500, rows: 2 });
  const shared = el("input", { type: "checkbox" });
  shared.checked = plan.shared;
  const receipt = el("p", { class: "plan-receipt", role: "status" });
  const save = async (anew) => {
    if (!form.reportValidity()) return;
    document.activeElement?.blur();
    receipt.textContent = t("send.sending");
    const answer = await plans.save({ name: name.value.trim(), note: note.value.trim() || null, shared: shared.checked }, { anew });
    result(answer.ok ? t("plans.saved", { name: plan.name }) : answer.sentence, answer.ok ? "good" : "bad");
  };
  const canChange = plan.id && plan.mine;
  const form = el("form", { class: "plan-keep", data: { form: "keep" } },
    el("h3", {}, t("plans.keep")), field(t("plans.name_of_plan"), name), field(t("plans.note"), note),
    el("label", { class: "plan-check" }, shared, el("span", {}, t("plans.share"))),
    el("div", { class: "plan-buttons" },
      el("button", { type: "submit", class: "button is-wide" }, t(canChange ? "plans.save_changes" : "plans.save")),
      canChange ? button(t("plans.save_as"), () => save(true)) : null,
      plan.id && plan.shared ? button(t("plans.copy_link"), copyLink) : null,
      plan.id && plan.isSaved && plan.changes.some((each) => each.kind === "add_station" && !each.planned_station) ? button(t("plans.make_planned"), makePlanned) : null),
    receipt);
  form.addEventListener("submit", (event) => { event.preventDefault(); save(false); });
  return form;
}

async function copyLink() {
  const text = plans.link();
  try {
    await navigator.clipboard.writeText(text);
    result(t("plans.copied"), "good");
  } catch {
    result(text, "good");
  }
}

async function makePlanned() {
  const n = plan.changes.filter((each) => each.kind === "add_station" && !each.planned_station).length;
  if (!window.confirm(t("plans.make_planned_sure", { n }))) return;
  const answer = await plans.makePlanned();
  result(answer.ok ? t("plans.made_planned", { n }) : answer.sentence, answer.ok ? "good" : "bad");
}

function result(text, kind) {
  const place = document.querySelector(".plan-receipt");
  if (place) { place.textContent = text; place.className = `plan-receipt is-${kind}`; }
  say(text);
}

export const planForms = { change, station, coordinates, keep };
