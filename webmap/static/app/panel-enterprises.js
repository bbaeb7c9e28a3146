// Enterprises: how many, how many settled, and those that wait for a person. Nothing can be decided here yet.
import { get, items, latest } from "./api.js";
import { current } from "./answers.js";
import { el, fill, icon } from "./dom.js";
import { word } from "./menu.js";
import { enterprise, owner, reasonText, WAITING } from "./reason.js";
import { drawSentence } from "./sentence.js";
import { set, state } from "./state.js";
import { number, t } from "./text.js";
import { ownGrids } from "./panel-grids.js";

const PAGE = 50;
const readSummary = latest();
const readQueue = latest();

export const BANDS = { "": null, 10: ["10-24", "25-49", "50-99", "100-199", "200+"], 25: ["25-49", "50-99", "100-199", "200+"], 50: ["50-99", "100-199", "200+"], 100: ["100-199", "200+"] };

let summary = { key: "", all: null, chosen: null, status: "loading" };
let queue = { key: "", rows: [], next: null, status: "loading" };
let redraw = () => {};

export function filters() {
  return { county: state.county, grid: state.grid, org: state.org === "all" ? "" : state.org, band: BANDS[state.band]?.join(",") ?? "" };
}

const gridWord = () => {
  const row = ownGrids(current.answer).find((grid) => grid.code === state.grid);
  return state.grid ? row?.name ?? state.grid : t("page.all_grids");
};

function makeWord(place) {
  if (place === "grid") {
    return word("grid", {
      label: t("page.label.grid"), text: gridWord(),
      items: () => [{ label: t("page.all_grids"), checked: !state.grid, act: () => set({ grid: "" }) },
        ...ownGrids(current.answer).sort((a, b) => a.code.localeCompare(b.code, "zh", { numeric: true })).map((row, i) => ({
          label: row.name, note: row.code, checked: row.code === state.grid, line: i === 0, act: () => set({ grid: row.code }),
        }))],
    });
  }
  const choices = place === "org" ? ["unorganized", "organized", "all"] : Object.keys(BANDS).sort((a, b) => a - b);
  const text = (value) => t(`page.${place}.${value || "any"}`);
  return word(place, {
    label: t(`page.label.${place}`), text: text(state[place]),
    items: () => choices.map((value) => ({ label: text(value), checked: value === state[place], act: () => set({ [place]: value }) })),
  });
}

const reviewOf = (row) => row?.review ?? WAITING.reduce((sum, name) => sum + (row?.by_status?.[name] ?? 0), 0);

async function loadSummary() {
  const key = JSON.stringify(filters());
  if (key === summary.key && summary.status !== "failed") return;
  summary = { ...summary, key, status: "loading" };
  try {
    const chosen = await readSummary("assignments/summary", filters());
    const all = await wholeCounty();
    if (summary.key === key) summary = { key, chosen, all, status: "ready" };
  } catch (error) {
    if (error.name === "AbortError") return;
    summary = { ...summary, status: "failed", error };
  }
  redraw();
}

const whole = new Map();

// The sum check of the county, asked once; every screen that counts shows it.
export async function wholeCounty() {
  const { county } = state;
  if (!whole.has(county)) whole.set(county, get("assignments/summary", { county }).catch((error) => { whole.delete(county); throw error; }));
  return whole.get(county);
}

async function loadQueue({ more = false } = {}) {
  const params = { ...filters(), status: WAITING.join(","), limit: PAGE };
  const key = JSON.stringify(params);
  if (!more && key === queue.key && queue.status !== "failed") return;
  if (!more) queue = { key, rows: [], next: null, status: "loading" };
  try {
    const answer = await readQueue("assignments", { ...params, after: more ? queue.next : "" });
    if (queue.key !== key) return;
    queue = { key, rows: [...queue.rows, ...items(answer).map(enterprise)], next: answer.next ?? null, status: "ready" };
  } catch (error) {
    if (error.name === "AbortError") return;
    queue = { ...queue, status: "failed" };
  }
  redraw();
}

function headline(node) {
  const { chosen, all, status } = summary;
  if (!chosen) {
    fill(node, el("p", { class: "figure is-old" }, el("strong", {}, "—"), " ", el("span", { class: "fraction" }, t(status === "failed" ? "page.unreachable" : "page.counting"))));
    return;
  }
  const review = reviewOf(chosen);
  const settled = chosen.enterprises - review;
  const parts = el("div", { class: "bar is-purple", role: "img", "aria-label": t("page.settled_text", { settled: number(settled), review: number(review) }) });
  for (const [name, n] of [["settled", settled], ["review", review]]) {
    if (!n) continue;
    const piece = el("span", { class: `bar-part is-${name}` });
    piece.style.flexGrow = n;
    parts.append(piece);
  }
  const by = chosen.by_status ?? {};
  fill(node,
    el("p", { class: `figure${status === "loading" ? " is-old" : ""}` }, el("strong", {}, number(chosen.enterprises)), " ", el("span", { class: "fraction" }, t("page.of_enterprises", { n: number(all.enterprises) }))),
    chosen.enterprises ? parts : null,
    el("ul", { class: "bar-legend is-row" },
      el("li", {}, el("span", { class: "swatch is-settled", "aria-hidden": "true" }), t("page.settled", { n: number(settled) })),
      el("li", {}, el("span", { class: "swatch is-review", "aria-hidden": "true" }), t("page.review", { n: number(review) }))),
    el("p", { class: "remark" }, t("page.review_parts", { border: number(by.boundary_review ?? 0), gap: number(by.gap_review ?? 0), pending: number(by.location_pending ?? 0) })));
}

export function statusSymbol(status) {
  if (status === "location_pending") return el("span", { class: "off-map" }, t("page.off_map"));
  return icon(status === "boundary_review" ? "border" : status === "gap_review" ? "gap" : "square", "symbol");
}

function queueRow(row) {
  const selected = state.sel?.kind === "enterprise" && state.sel.id === row.id;
  const { assignment } = row;
  return el("li", {}, el("button", {
    type: "button", class: `row queue-row${selected ? " is-selected" : ""}`, "aria-pressed": String(selected), data: { enterprise: row.id },
    on: { click: () => set({ sel: selected ? null : { kind: "enterprise", id: row.id } }) },
  },
  el("span", { class: "rank-slot" }, statusSymbol(assignment.status)),
  el("span", { class: "row-main" },
    el("span", { class: "row-title" }, el("b", {}, row.name)),
    el("span", { class: "row-note" }, reasonText(assignment)),
    el("span", { class: "row-note" }, t("page.for_now"), " ", el("b", {}, owner(assignment)), assignment.other_grid ? [`　${t("page.other_side")} `, [assignment.other_grid.name, assignment.other_grid.code].filter(Boolean).join(" ")] : null))));
}

function drawQueue(node) {
  const n = reviewOf(summary.chosen);
  const head = el("div", { class: "list-head" }, el("h2", {}, t("page.queue_title", { n: number(n) })), el("span", { class: "order-note" }, t("page.read_only")));
  const { rows, status } = queue;
  if (!rows.length) {
    fill(node, head, el("p", { class: "empty" }, t(status === "ready" ? "page.queue_empty" : status === "failed" ? "page.unreachable" : "page.counting")));
    return;
  }
  fill(node, head, el("ol", { class: "rows" }, rows.map(queueRow)),
    queue.next ? el("button", { type: "button", class: "more", on: { click: () => loadQueue({ more: true }) } }, t("page.more")) : null);
}

export function markEnterprise(node) {
  for (const row of node.querySelectorAll("[data-enterprise]")) {
    const selected = state.sel?.kind === "enterprise" && String(state.sel.id) === row.dataset.enterprise;
    row.classList.toggle("is-selected", selected);
    row.setAttribute("aria-pressed", String(selected));
  }
}

export function draw(parts) {
  redraw = () => state.tab === "enterprises" && draw(parts);
  drawSentence(parts.sentence, "page.sentence.enterprises", makeWord);
  headline(parts.figure);
  fill(parts.extra);
  drawQueue(parts.list);
  loadSummary();
  loadQueue();
}
