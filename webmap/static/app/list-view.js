// Beside the map, for those who would rather read: the same facts as tables, a page at a time.
import { current } from "./answers.js";
import { placeName } from "./beside.js";
import { el, fill, icon } from "./dom.js";
import { filters, gather, statusSymbol } from "./panel-enterprises.js";
import { ownGrids, shareText } from "./panel-grids.js";
import { owner, reasonText } from "./reason.js";
import { drawList as plans } from "./panel-plans.js";
import { plainQuestion } from "./sentence.js";
import { may } from "./rights.js";
import { set, state } from "./state.js";
import { LISTS, difference } from "./streets.js";
import { isChinese, metres, minutes, number, shortCode, t } from "./text.js";

export const ROWS_A_PAGE = 100;
let firms = { key: "", rows: [], questions: [], status: "idle" };
let page = 0;
let pageOf = "";

const classes = (column) => [column.number && "is-number", column.phone && `is-${column.phone}`].filter(Boolean).join(" ") || null;

function cell(column, i, row) {
  const attributes = i ? { role: "cell" } : { role: "rowheader", scope: "row" };
  return el(i ? "td" : "th", { ...attributes, class: classes(column), data: column.number ? { label: column.title } : {} }, column.cell(row));
}

// On a phone each row is a card, and a table laid out as anything else is a table only if its roles say so.
function table(caption, columns, rows) {
  return el("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": caption },
    el("table", { class: "facts-table", role: "table" }, el("caption", {}, caption),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, columns.map((column) => el("th", { scope: "col", role: "columnheader", class: classes(column) }, column.title)))),
      el("tbody", { role: "rowgroup" }, rows.map((row) => el("tr", { role: "row" }, columns.map((column, i) => cell(column, i, row)))))));
}

// 1–100 of 5,000, with buttons; keeps its place while figures change.
function paged(caption, columns, rows, redraw) {
  if (pageOf !== caption) { page = 0; pageOf = caption; }
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_A_PAGE));
  page = Math.min(page, pages - 1);
  const from = page * ROWS_A_PAGE;
  const step = (by, key, disabled) => el("button", { type: "button", class: "button", disabled, on: { click: () => { page += by; redraw(); } } }, t(key));
  const nav = pages > 1
    ? el("nav", { class: "pager", "aria-label": t("page.pages") }, step(-1, "page.previous", page === 0), el("span", {}, t("page.range", { from: number(from + 1), to: number(Math.min(rows.length, from + ROWS_A_PAGE)), n: number(rows.length) })), step(1, "page.next", page === pages - 1))
    : null;
  return [table(caption, columns, rows.slice(from, from + ROWS_A_PAGE)), nav];
}

const open = (kind, id, ...label) => el("button", { type: "button", class: "link", on: { click: () => set({ sel: { kind, id } }) } }, ...label);
const column = (key, content, { number: isNumber = false, phone = "" } = {}) => ({ title: t(key), cell: content, number: isNumber, phone });
const TAG = { phone: "tag-cell" }; // on a phone: beside the name
const FIGURE = { number: true };
const WIDE = { number: true, phone: "wide" }; // on a phone: left to the card of the row

const STATE_ORDER = ["open", "unknown", "shut", "lacks", "staff_only", "excluded"];

function stations(redraw) {
  const { answer } = current;
  const reasons = new Map(answer.left_out.map((row) => [row.id, row]));
  const own = answer.stations.filter((row) => row.state !== "neighbour");
  const seen = new Set(own.map((row) => row.id));
  const missing = answer.left_out.filter((row) => !seen.has(row.id)).map((row) => ({ ...row, state: "excluded", code: "", type: null }));
  const rows = [...own, ...missing].sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || a.id - b.id);
  return paged(t("page.list.stations", { n: number(rows.length) }), [
    column("page.column.station", (row) => open("station", row.id, row.name)),
    column("page.column.state", (row) => el("span", { class: `state is-${row.state}` }, t(`page.station.${row.state === "open" && row.is_24h ? "always" : row.state}`)), TAG),
    column("page.column.why", (row) => (reasons.has(row.id) ? t(`page.left_out.${reasons.get(row.id).reason}`) : null)),
    column("page.column.type", (row) => row.type && el("span", { class: "code" }, t(`station_type.${row.type}`))),
    column("page.column.code", (row) => row.code && el("span", { class: "code" }, row.code)),
  ], rows, redraw);
}

const BETWEEN_ROWS = 500;

// The places in which the measures differ, and those that could not be counted: a table each.
function betweens() {
  const told = difference();
  if (!told) return [];
  return LISTS.filter((name) => told[name]?.list.length).map((name) => table(
    t(`page.between.${name}`, { people: number(told[name].people), n: number(told[name].places) }),
    [
      column("page.column.place", (row) => open("demand", row.id, placeName(row))),
      column("page.column.people", (row) => number(row.people), FIGURE),
      ...(name === "unplaced" ? [column("page.column.to_street", (row) => metres(row.street_m), FIGURE)] : [
        column("page.column.name", (row) => row.grid_name || null),
        column("page.column.straight", (row) => (row.straight_line ? `${row.straight_line.name} ${metres(row.straight_line.distance_m)}` : "–")),
        column("page.column.on_foot", (row) => (row.streets ? `${row.streets.name} ${minutes(row.streets.seconds)}` : t("page.between.no_way"))),
      ]),
    ],
    told[name].list.slice(0, BETWEEN_ROWS)));
}

function coverage(redraw) {
  if (!current.answer) return [];
  return [el("p", { class: "list-question" }, plainQuestion()), ...betweens(), ...stations(redraw)];
}

function grids(redraw) {
  if (!current.answer) return [];
  const rows = [...ownGrids(current.answer)].sort((a, b) => b.not_covered - a.not_covered || a.id - b.id);
  return [el("p", { class: "list-question" }, plainQuestion()), ...paged(t("page.list.grids", { n: number(rows.length) }), [
    column("page.column.name", (row) => open("grid", row.id, row.name, " ", el("i", {}, shortCode(row.code, state.county)))),
    column("page.column.people", (row) => number(row.people), FIGURE),
    column("page.column.share", shareText, { ...TAG, ...FIGURE }),
    column("page.column.covered", (row) => number(row.covered), WIDE),
    column("page.column.cross", (row) => number(row.cross), WIDE),
    column("page.column.unknown", (row) => number(row.unknown), WIDE),
    column("page.column.not_covered", (row) => number(row.not_covered), FIGURE),
    ...(may("counts", state.county) ? [
      column("page.column.unorganized", (row) => number(row.unorganized), FIGURE),
      column("page.column.enterprises", (row) => number(row.enterprises), WIDE),
    ] : []),
    column("page.column.stations", (row) => number(row.stations), WIDE),
    column("page.column.nearest", (row) => metres(row.nearest_open_m), FIGURE),
  ], rows, redraw)];
}

async function loadFirms(redraw, { more = false } = {}) {
  const questions = more ? firms.questions : [filters()];
  const key = more ? firms.key : JSON.stringify(questions);
  if (!more && firms.key === key && firms.status !== "failed") return;
  if (!more) firms = { key, rows: [], questions, status: "loading" };
  try {
    const parts = await gather(questions, ROWS_A_PAGE);
    if (firms.key !== key) return;
    firms = { key, rows: [...firms.rows, ...parts.flatMap((part) => part.rows)], questions: parts.map((part) => part.question), status: "ready" };
  } catch {
    if (firms.key === key) firms = { ...firms, status: "failed" };
  }
  redraw();
}

function enterprises(redraw) {
  loadFirms(redraw);
  if (firms.status === "failed" && !firms.rows.length) return [el("p", { class: "empty" }, t("page.unreachable"))];
  if (!firms.rows.length) return [el("p", { class: "empty" }, t(firms.status === "ready" ? "page.no_enterprises" : "page.counting"))];
  const last = (page + 1) * ROWS_A_PAGE >= firms.rows.length;
  return [...paged(t("page.list.enterprises"), [
    column("page.column.enterprise", (row) => open("enterprise", row.id, row.name)),
    column("page.column.grid", (row) => owner(row.assignment)),
    column("page.column.status", (row) => el("span", { class: "with-symbol" }, statusSymbol(row.assignment.status), t(`assignment_status.${row.assignment.status}`)), TAG),
    column("page.column.reason", (row) => reasonText(row.assignment)),
    column("page.column.uscc", (row) => row.uscc && el("span", { class: "code" }, row.uscc), { phone: "wide" }),
  ], firms.rows, redraw), firms.questions.some((question) => question.after !== null) && last ? el("button", { type: "button", class: "more", on: { click: async () => { await loadFirms(redraw, { more: true }); page += 1; redraw(); } } }, t("page.more"), icon("down")) : null];
}

export function draw(node) {
  if (state.view !== "list") { node.hidden = true; fill(node); return; }
  node.hidden = false;
  const redraw = () => state.view === "list" && draw(node);
  const at = node.scrollTop;
  fill(node, el("div", { class: "list-page", lang: isChinese ? "zh-CN" : "en" }, { coverage, grids, enterprises, plans }[state.tab](redraw)));
  node.scrollTop = at;
}
