// 方案: the figure with the changes against the one without, the tools, the list of changes, and keeping it.
import { current } from "./answers.js";
import { el, fill, icon, isPhone } from "./dom.js";
import { fractionOf } from "./figure.js";
import { openMenu } from "./menu.js";
import * as plans from "./plans.js";
import { planForms } from "./plan-forms.js";
import { coverageSentence, drawSentence } from "./sentence.js";
import { settings } from "./settings.js";
import { state } from "./state.js";
import { number, percent, shortCode, t } from "./text.js";

const { plan } = plans;
const TOOLS = ["add_station", "move_station", "close_station", "reopen_station", "change_hours", "barrier", "footbridge"];
const STREETS_ONLY = new Set(["barrier", "footbridge"]);
const GRIDS = 12;

export const signed = (n) => (n > 0 ? `+${number(n)}` : n < 0 ? `−${number(-n)}` : "±0");
const points = (value) => (value === null || value === undefined ? "" : t("plans.points", { n: `${value > 0 ? "+" : value < 0 ? "−" : "±"}${Math.abs(value).toFixed(1)}` }));

export const nameOf = (id) => current.answer?.stations.find((row) => row.id === id)?.name ?? t("plans.station_n", { n: id });

// --- the figure
function difference(result) {
  const { difference: d } = result;
  const kind = d.covered > 0 ? "is-more" : d.covered < 0 ? "is-less" : "";
  return el("p", { class: `plan-difference ${kind}`.trim() }, el("b", {}, t("plans.people", { n: signed(d.covered) })), " ", el("span", {}, points(d.points)));
}

function sides(result) {
  const { difference: d, base, people } = result;
  return el("p", { class: "plan-sides" },
    el("span", {}, t("plans.now", { share: percent(base.share), n: number(base.people.covered) })),
    d.gained || d.lost ? el("span", {}, t("plans.gained_lost", { gained: number(d.gained), lost: number(d.lost) })) : null,
    el("span", {}, t("plans.left_out", { n: number(people.not_covered) })));
}

export function figureNodes() {
  const { result, old, error } = plan;
  const tag = el("span", { class: "tag is-dashed" }, t("plans.not_official"));
  const note = error ? el("p", { class: "notice", role: "alert" }, error) : null;
  if (!result) return [el("p", { class: "figure is-old" }, el("strong", {}, "—"), " ", error ? null : el("span", { class: "fraction" }, t("page.counting")), tag), note];
  return [
    el("p", { class: `figure${old ? " is-old" : ""}` }, el("strong", {}, result.people.total ? percent(result.share) : "—"), " ", el("span", { class: "fraction" }, fractionOf(result.people)), " ", tag),
    difference(result), sides(result), note,
    plan.told ? el("p", { class: "notice" }, plan.told) : null,
  ];
}

// --- tools
function toolButton(name) {
  const isIdle = STREETS_ONLY.has(name) && plans.measure() !== "streets";
  return el("button", {
    type: "button", class: "chip plan-tool", "aria-pressed": String(plan.tool === name), data: { tool: name }, title: isIdle ? t("plans.streets_only") : null,
    disabled: isIdle, on: { click: () => plans.use(name) },
  }, t(`plans.tool.${name}`));
}

function hint() {
  if (!plan.tool) return null;
  const { tool, draft, moving } = plan;
  const step = tool === "move_station" && moving ? "move_station_to" : tool === "barrier" && draft.length > 1 ? "barrier_end" : tool === "footbridge" && draft.length ? "footbridge_end" : tool;
  return el("p", { class: "plan-hint", role: "status" }, t(`plans.hint.${step}`),
    tool === "barrier" && draft.length > 1 ? el("button", { type: "button", class: "button", on: { click: () => plans.finish() } }, t("plans.finish")) : null,
    el("button", { type: "button", class: "button", on: { click: () => plans.use(tool) } }, t("plans.stop")));
}

function tools() {
  if (!plans.mayDraw()) return el("p", { class: "remark plan-remark" }, t("plans.read_only"));
  return el("div", { class: "plan-tools" },
    el("div", { class: "chips", role: "toolbar", "aria-label": t("plans.tools") }, TOOLS.map(toolButton),
      el("button", { type: "button", class: "chip", disabled: !plan.past.length, data: { act: "undo" }, on: { click: plans.undo } }, icon("undo"), t("plans.undo"))),
    hint());
}

// --- changes
function words(change) {
  const who = change.station ? nameOf(change.station) : change.name ?? "";
  return t(`plans.change.${change.kind}`, { name: who });
}

export function hoursText(openings) {
  if (!openings) return t("plans.always");
  const clock = (minute) => `${String(Math.floor((minute % 1440) / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  const spans = [...new Set(openings.map((row) => `${clock(row.opens_min)}–${row.closes_min === 1440 ? "24:00" : clock(row.closes_min)}`))];
  return spans.join(t("page.comma"));
}

function note(change, at) {
  const told = plan.result?.stations.find((row) => row.number === at + 1);
  const parts = [];
  if (change.kind === "add_station" || change.kind === "change_hours") parts.push(hoursText(change.openings));
  if (change.kind === "add_services") parts.push(change.services.map((code) => settings.services.find((row) => row.code === code)?.name_zh ?? code).join(t("page.comma")));
  if (told?.reaches !== undefined) parts.push(t("plans.reaches", { n: number(told.reaches) }));
  if (told?.reason) parts.push(t(`page.left_out.${told.reason}`));
  if (change.planned_station) parts.push(t("plans.is_planned"));
  if (plan.result?.ignored.includes(at + 1)) parts.push(t("plans.ignored"));
  return parts.filter(Boolean).join(" · ");
}

function changeRow(change, at) {
  const isChosen = plan.chosen?.change === at;
  const row = el("li", { class: `plan-change${isChosen ? " is-selected" : ""}`, data: { change: at } },
    el("button", { type: "button", class: "plan-change-name", "aria-pressed": String(isChosen), on: { click: () => plans.choose(isChosen ? null : { change: at }) } },
      el("b", {}, words(change)), el("span", { class: "row-note" }, note(change, at))),
    plans.mayDraw() ? el("button", { type: "button", class: "plan-remove", "aria-label": t("plans.remove", { what: words(change) }), on: { click: () => plans.remove(at) } }, icon("close")) : null);
  if (isChosen && plans.mayDraw()) row.append(planForms.change(change, at));
  return row;
}

function changes() {
  if (!plan.changes.length) return el("p", { class: "empty plan-empty" }, t(plans.mayDraw() ? "plans.empty" : "plans.none"));
  return el("ol", { class: "plan-changes" }, plan.changes.map(changeRow));
}

function stationBox() {
  const id = plan.chosen?.station;
  if (!id) return null;
  return el("div", { class: "plan-station", role: "group", "aria-label": nameOf(id) }, el("b", {}, nameOf(id)),
    plans.mayDraw() ? planForms.station(id, plan.chosen.form) : null);
}

// --- keeping
async function kept(anchor) {
  let rows = [];
  try { rows = await plans.listKept(); } catch { /* told by an empty menu */ }
  const items = rows.slice(0, 40).map((row) => ({ label: row.name, note: row.is_mine ? "" : row.maker, checked: row.id === plan.id, act: () => plans.open(row.id) }));
  openMenu(anchor, { title: t("plans.kept"), key: "plans", items: items.length ? items : [{ label: t("plans.none_kept"), disabled: true }] });
}

function head() {
  const title = plan.id ? plan.name : t("plans.untitled");
  return el("div", { class: "list-head plan-head" },
    el("h2", {}, title, plan.isSaved || !plan.changes.length ? null : el("span", {}, ` ${t("plans.unsaved")}`), plan.id && !plan.mine ? el("span", {}, ` ${t("plans.by", { name: plan.maker })}`) : null),
    el("span", { class: "plan-head-actions" },
      el("button", { type: "button", class: "link", data: { word: "plans" }, "aria-haspopup": "menu", "aria-expanded": "false", on: { click: (event) => kept(event.currentTarget) } }, t("plans.open")),
      plan.id || plan.changes.length ? el("button", { type: "button", class: "link", data: { act: "new-plan" }, on: { click: plans.start } }, t("plans.new")) : null,
      el("a", { class: "link", href: plan.id ? `/scenarios?ids=${plan.id}` : "/scenarios" }, t("plans.compare"))));
}

function grids() {
  const rows = (plan.result?.by_grid ?? []).filter((row) => row.covered);
  if (!rows.length || !plan.changes.length) return null;
  return el("div", { class: "plan-grids" }, el("h3", {}, t("plans.grids", { n: number(rows.length) })),
    el("ul", {}, rows.slice(0, GRIDS).map((row) => el("li", {}, el("span", {}, row.name, el("i", {}, ` ${shortCode(row.code, state.county)}`)), el("span", {}, `${percent(row.before.share)} → ${percent(row.after.share)}`), el("b", {}, t("plans.people", { n: signed(row.covered) }))))));
}

// Typing in a form goes on while figures come and go: what has the focus is not drawn anew.
export const isBusy = (node) => node.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

function redraw(node, make) {
  if (isBusy(node)) return;
  const focus = document.activeElement;
  const kept = node.contains(focus) ? [focus.dataset.tool && `[data-tool="${focus.dataset.tool}"]`, focus.dataset.act && `[data-act="${focus.dataset.act}"]`].find(Boolean) : null;
  fill(node, ...make());
  if (kept) node.querySelector(kept)?.focus();
}

export function drawFollowing(parts) {
  fill(parts.figure, figureNodes());
  redraw(parts.extra, () => [tools()]);
  redraw(parts.list, () => [head(), stationBox(), changes(), grids(), plans.mayDraw() ? planForms.keep() : null]);
}

export function draw(parts) {
  drawSentence(parts.sentence, coverageSentence());
  parts.figure.style.minHeight = "";
  drawFollowing(parts);
}

// Beside the map, for the keyboard: sites by coordinates, stations by name.
export function drawList() {
  const stations = (current.answer?.stations ?? []).filter((row) => row.state !== "neighbour");
  return [
    el("p", { class: "list-question" }, t("plans.list_note")),
    plans.mayDraw() ? planForms.coordinates() : null,
    isPhone() ? null : el("h2", { class: "plan-list-title" }, t("plans.changes_n", { n: plan.changes.length })),
    isPhone() ? null : changes(),
    plans.mayDraw() ? el("h2", { class: "plan-list-title" }, t("plans.stations_n", { n: stations.length })) : null,
    plans.mayDraw() ? el("ul", { class: "plan-stations" }, stations.map((row) => el("li", {}, el("span", {}, row.name), planForms.station(row.id, plan.chosen?.station === row.id ? plan.chosen.form : "")))) : null,
  ];
}
