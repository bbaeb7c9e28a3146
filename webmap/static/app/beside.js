// Both measures side by side, the difference by name, and what could not be counted: each opens its list.
import { el, fill, icon } from "./dom.js";
import { drawBetween } from "./map/symbols.js";
import { settings } from "./settings.js";
import { ruleOf, set, state } from "./state.js";
import * as streets from "./streets.js";
import { metres, minutes, number, percent, t } from "./text.js";

const RATIO = Math.min(window.devicePixelRatio || 1, 3);
const SIZE = 26;
const ROWS = 60;

export function betweenSymbol(why) {
  const canvas = el("canvas", { class: "legend-symbol", width: SIZE * RATIO, height: SIZE * RATIO, "aria-hidden": "true" });
  const c = canvas.getContext("2d");
  c.scale(RATIO, RATIO);
  drawBetween(c, why, SIZE / 2, SIZE / 2);
  return canvas;
}

function measured(measure, label, side) {
  const chosen = state.measure === measure;
  return el("button", { type: "button", class: "beside-figure", "aria-pressed": String(chosen), data: { measure }, on: { click: () => set({ measure }) } },
    el("span", {}, label), el("b", {}, percent(side.share)), el("span", {}, t("page.people", { n: number(side.covered) })));
}

export const placeName = (row) => row.name || t("page.between.nameless", { n: row.id });

const toStreet = (row) => (row.street_m === null ? t("page.between.no_street") : t("page.between.metres", { m: metres(row.street_m) }));

// "翠竹坪；直线 474 米有同心桥驿站；沿路走 16 分钟"; with less names where there is little room.
export function placeNote(row, { brief = false } = {}) {
  const { straight_line: near, streets: walk } = row;
  const straight = near && (brief ? t("page.between.straight_brief", { m: metres(near.distance_m) }) : t("page.between.straight", { m: metres(near.distance_m), name: near.name }));
  if (row.why === "unplaced") return [row.grid_name, toStreet(row), brief ? null : straight].filter(Boolean).join(t("page.semicolon"));
  const same = brief || !near || walk?.id === near.id;
  const onFoot = !walk ? t("page.between.no_way") : same ? t("page.between.walk", { minutes: minutes(walk.seconds) }) : t("page.between.walk_to", { minutes: minutes(walk.seconds), name: walk.name });
  return [row.grid_name, straight, onFoot].filter(Boolean).join(t("page.semicolon"));
}

function placeRow(name, row) {
  const selected = state.sel?.kind === "demand" && state.sel.id === row.id;
  return el("li", {}, el("button", {
    type: "button", class: `row place-row${selected ? " is-selected" : ""}`, "aria-pressed": String(selected), data: { demand: row.id },
    on: { click: () => set({ sel: selected ? null : { kind: "demand", id: row.id } }) },
  },
  betweenSymbol(name),
  el("span", { class: "row-main" }, el("span", { class: "row-title" }, el("b", {}, placeName(row))), el("span", { class: "row-note" }, placeNote(row, { brief: true }))),
  el("span", { class: "row-figure" }, row.people === undefined ? null : [el("b", {}, number(row.people)), t("page.people_unit")])));
}

function places(name, part) {
  const rows = part.list.slice(0, ROWS);
  const more = part.places - rows.length;
  return el("div", { class: "beside-list", id: `beside-${name}` },
    el("ol", { class: "rows" }, rows.map((row) => placeRow(name, row))),
    more > 0 ? el("p", { class: "empty" }, t("page.between.more", { n: number(more) })) : null);
}

// One line of the difference; a tap opens its places, here and on the map.
function part(name, told) {
  const row = told[name];
  if (!row?.places) return null;
  const open = state.show === name;
  return [
    el("button", { type: "button", class: "beside-row", "aria-expanded": String(open), "aria-controls": `beside-${name}`, data: { show: name }, on: { click: () => set({ show: open ? "" : name }) } },
      betweenSymbol(name), el("span", {}, t(`page.between.${name}`, { people: number(row.people), n: number(row.places) })), icon(open ? "up" : "down")),
    open ? places(name, row) : null,
  ];
}

function preflightLine() {
  const told = streets.preflight();
  if (!told) return null;
  const n = told.unusable + told.doubtful;
  const query = new URLSearchParams({ county: state.county, rule: state.rule, measure: state.measure, lang: settings.locale });
  return el("a", { class: "beside-link", href: `${settings.pages.preflight}?${query}` }, n ? t("page.preflight_n", { n: number(n) }) : t("page.preflight"));
}

export function drawBeside(node) {
  const told = streets.difference();
  const rule = ruleOf(state.rule);
  if (!told) {
    // The old figures stay, paler, while the new ones are on their way.
    node.classList.toggle("is-old", Boolean(streets.network()) && !streets.idle());
    if (!node.classList.contains("is-old")) fill(node, preflightLine());
    return;
  }
  node.classList.remove("is-old");
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset : {};
  const differ = streets.LISTS.flatMap((name) => part(name, told) ?? []);
  fill(node,
    el("div", { class: "beside-figures", role: "group", "aria-label": t("page.beside") },
      measured("straight_line", t("page.beside.straight", { m: number(rule.straight_limit_m) }), told.straight),
      measured("streets", t("page.beside.streets", { s: number(rule.street_limit_s) }), told.streets)),
    differ.length ? differ : el("p", { class: "remark" }, t("page.between.none")),
    preflightLine());
  for (const [name, value] of Object.entries(focused)) node.querySelector(`[data-${name}="${value}"]`)?.focus();
}

export function markPlace(node) {
  for (const row of node.querySelectorAll("[data-demand]")) {
    const selected = state.sel?.kind === "demand" && String(state.sel.id) === row.dataset.demand;
    row.classList.toggle("is-selected", selected);
    row.setAttribute("aria-pressed", String(selected));
    if (selected) row.scrollIntoView({ block: "nearest" });
  }
}
