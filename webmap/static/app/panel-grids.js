// Grids: how many reach half, what to colour by, and the table, most unserved first.
import { current } from "./answers.js";
import { el, fill, icon } from "./dom.js";
import { bar, drawFigure } from "./figure.js";
import { purpleClass } from "./map/grids-scene.js";
import { liaisonOf } from "./people.js";
import { may } from "./rights.js";
import { drawSentence, gridsSentence } from "./sentence.js";
import { set, state } from "./state.js";
import { number, percent, shortCode, t } from "./text.js";

const HALF_PERCENT = 50;
const FIRST_ROWS = 60;
let sort = { by: "not_covered", down: true };
let all = false;

const rated = (row) => row.display !== "few" && row.display !== "none";

export function ownGrids(answer) {
  return (answer?.by_grid ?? []).filter((row) => row.kind !== "exclusive");
}

export function shareParts(row) {
  const one = row.covered - row.cross;
  const of = (people) => (row.people ? (100 * people) / row.people : 0);
  return [["cross", row.cross], ["one", one], ["unknown", row.unknown], ["not_covered", row.not_covered]].map(([name, people]) => ({ state: name, people, percent: of(people) }));
}

export function shareText(row) {
  if (row.display === "none" || row.display === "few") return "–";
  if (row.display === "mostly_unknown") return t("page.unknown_short");
  return `${row.percent ?? 0}%`;
}

export const partsText = (row) => t("page.grid_parts", { covered: number(row.covered), unknown: number(row.unknown), not: number(row.not_covered) });

function headline(node) {
  if (current.status !== "ready") { drawFigure(node); return; }
  const rows = ownGrids(current.answer);
  const judged = rows.filter(rated);
  const good = judged.filter((row) => row.share !== null && row.share >= HALF_PERCENT).length;
  const left = rows.length - judged.length;
  fill(node, el("p", { class: "figure" }, el("strong", {}, String(good)), " ",
    el("span", { class: "fraction" }, t(left ? "page.of_grids_left" : "page.of_grids", { n: number(judged.length), left: number(left) })), " ",
    state.time === "any" ? el("span", { class: "tag is-dashed" }, t("page.wide")) : null));
}

function chips(node) {
  if (!may("counts", state.county)) { fill(node); return; }
  const chip = (color) => el("button", {
    type: "button", class: "chip", "aria-pressed": String(state.color === color), on: { click: () => set({ color }) },
  }, state.color === color ? icon("check") : null, t(`page.color.${color}`));
  fill(node, el("div", { class: "chips", role: "group", "aria-label": t("page.color_by") }, el("span", { class: "chips-label", "aria-hidden": "true" }, t("page.color_by")), chip("share"), chip("unorganized")));
}

const columns = () => ["name", "share", "not_covered", may("counts", state.county) ? "unorganized" : null].filter(Boolean);

function header(column, redraw) {
  const active = sort.by === column;
  return el("th", { scope: "col", class: `col-${column}`, "aria-sort": active ? (sort.down ? "descending" : "ascending") : null },
    el("button", {
      type: "button", on: { click: () => { sort = { by: column, down: active ? !sort.down : column !== "name" }; redraw(); } },
    }, t(`page.column.${column}`), active ? icon(sort.down ? "down" : "up") : null));
}

function sorted(rows) {
  const value = sort.by === "name" ? (row) => row.code : sort.by === "share" ? (row) => row.share ?? -1 : (row) => row[sort.by];
  const compare = (a, b) => (typeof value(a) === "string" ? value(a).localeCompare(value(b), "zh", { numeric: true }) : value(a) - value(b));
  return [...rows].sort((a, b) => (sort.down ? -1 : 1) * compare(a, b) || a.id - b.id);
}

function tableRow(row) {
  const selected = state.sel?.kind === "grid" && state.sel.id === row.id;
  const pick = () => set({ sel: selected ? null : { kind: "grid", id: row.id } });
  return el("tr", { class: selected ? "is-selected" : "", data: { grid: row.id }, on: { click: pick } },
    el("th", { scope: "row" }, el("button", { type: "button", class: "grid-name", "aria-pressed": String(selected), on: { click: (event) => { event.stopPropagation(); pick(); } } }, el("b", {}, row.name.replace(/网格$/, "")), " ", el("i", {}, shortCode(row.code, state.county)), liaisonOf(row.id) ? el("small", { class: "row-person" }, liaisonOf(row.id)) : null)),
    el("td", { class: "col-share" }, el("span", { class: "share-figure" }, shareText(row)), row.people ? bar(shareParts(row), partsText(row)) : null),
    el("td", { class: "col-number" }, number(row.not_covered)),
    row.unorganized === undefined ? null : el("td", { class: "col-number" }, el("span", { class: `purple is-${purpleClass(row.unorganized)}` }, number(row.unorganized))));
}

function table(node) {
  const rows = sorted(ownGrids(current.answer));
  if (!rows.length) { fill(node, current.answer ? el("p", { class: "empty" }, t("page.no_grids")) : null); return; }
  const redraw = () => table(node);
  const shown = all ? rows : rows.slice(0, FIRST_ROWS);
  fill(node,
    el("table", { class: "grid-table" }, el("caption", { class: "unseen" }, t("page.grid_table")), el("thead", {}, el("tr", {}, columns().map((column) => header(column, redraw)))), el("tbody", {}, shown.map(tableRow))),
    rows.length > shown.length ? el("button", { type: "button", class: "more", on: { click: () => { all = true; redraw(); } } }, t("page.more_grids", { n: number(rows.length - shown.length) })) : null);
}

export function markGrid(node) {
  for (const row of node.querySelectorAll("[data-grid]")) {
    const selected = state.sel?.kind === "grid" && String(state.sel.id) === row.dataset.grid;
    row.classList.toggle("is-selected", selected);
    row.querySelector(".grid-name")?.setAttribute("aria-pressed", String(selected));
    if (selected) row.scrollIntoView({ block: "nearest" });
  }
}

export function draw(parts) {
  drawSentence(parts.sentence, gridsSentence());
  headline(parts.figure);
  chips(parts.extra);
  table(parts.list);
}

export { percent };
