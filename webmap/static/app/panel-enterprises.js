// Enterprises: how many, how many settled, and those that wait for a person.
import { get, items } from "./api.js";
import { current } from "./answers.js";
import { el, fill, icon } from "./dom.js";
import { word } from "./menu.js";
import { enterprise, gridTitle, owner, reasonText, WAITING } from "./reason.js";
import { drawSentence } from "./sentence.js";
import { set, state } from "./state.js";
import { number, shortCode, t } from "./text.js";
import { ownGrids } from "./panel-grids.js";
import { liaisonOf } from "./people.js";
import { may } from "./rights.js";
import { settings } from "./settings.js";

const PAGE = 50;

export const BANDS = { "": null, 10: ["10-24", "25-49", "50-99", "100-199", "200+"], 25: ["25-49", "50-99", "100-199", "200+"], 50: ["50-99", "100-199", "200+"], 100: ["100-199", "200+"] };

let summary = { key: "", all: null, chosen: null, status: "loading" };
let queue = { key: "", rows: [], questions: [], status: "loading" };
let redraw = () => {};

const bands = () => (BANDS[state.band] ?? []).join(",");

const gridId = () => ownGrids(current.answer).find((row) => row.code === state.grid)?.id ?? "";

// Filters of lists of assignments.
export const filters = () => ({ county: state.county, grid: gridId(), org: state.org === "all" ? "" : "without_union", band: bands() });

const summaryQuestion = () => ({ county: state.county, grid: gridId(), organized: state.org === "all" ? "" : "false", band: bands() });

// Rows of several questions in a fixed order, a page of each at a time.
export async function gather(questions, limit) {
  return Promise.all(questions.filter((question) => question.after !== null).map(async (question) => {
    const answer = await get("assignments", { ...question, limit });
    return { question: { ...question, after: answer.next ?? null }, rows: items(answer).map(enterprise) };
  }));
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
          label: row.name, note: shortCode(row.code, state.county), checked: row.code === state.grid, line: i === 0, act: () => set({ grid: row.code }),
        }))],
    });
  }
  const choices = place === "org" ? ["unorganized", "all"] : Object.keys(BANDS).sort((a, b) => a - b);
  const text = (value) => t(`page.${place}.${value || "any"}`);
  return word(place, {
    label: t(`page.label.${place}`), text: text(state[place]),
    items: () => choices.map((value) => ({ label: text(value), checked: value === state[place], act: () => set({ [place]: value }) })),
  });
}

const reviewOf = (row) => row?.review ?? WAITING.reduce((sum, name) => sum + (row?.by_status?.[name] ?? 0), 0);

async function loadSummary() {
  const question = summaryQuestion();
  const key = JSON.stringify(question);
  if (key === summary.key && summary.status !== "failed") return;
  summary = { ...summary, key, status: "loading" };
  try {
    const [all, chosen] = await Promise.all([wholeCounty(), get("assignments/summary", question)]);
    if (summary.key !== key) return;
    summary = { key, chosen, all, status: "ready" };
  } catch {
    if (summary.key === key) summary = { ...summary, status: "failed" };
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
  const questions = more ? queue.questions : WAITING.map((status) => ({ ...filters(), status }));
  const key = more ? queue.key : JSON.stringify(questions);
  if (!more && key === queue.key && queue.status !== "failed") return;
  if (!more) queue = { key, rows: [], questions, status: "loading" };
  try {
    const parts = await gather(questions, PAGE);
    if (queue.key !== key) return;
    const rows = [...queue.rows, ...parts.flatMap((part) => part.rows)].sort((a, b) => WAITING.indexOf(a.assignment.status) - WAITING.indexOf(b.assignment.status) || a.id - b.id);
    queue = { key, rows, questions: parts.map((part) => part.question), status: "ready" };
  } catch {
    if (queue.key === key) queue = { ...queue, status: "failed" };
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
    el("p", { class: `figure${status === "loading" ? " is-old" : ""}` }, el("strong", {}, number(chosen.enterprises)), " ", el("span", { class: "fraction" }, t(all.out_of_county ? "page.of_enterprises_out" : "page.of_enterprises", { n: number(all.enterprises), out: number(all.out_of_county) }))),
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
    el("span", { class: "row-note" }, t("page.for_now"), " ", el("b", {}, owner(assignment)), " ", liaisonOf(assignment.grid?.id), assignment.other_grid ? [`　${t("page.other_side")} `, gridTitle(assignment.other_grid), " ", liaisonOf(assignment.other_grid.id)] : null))));
}

function drawQueue(node) {
  const n = reviewOf(summary.chosen);
  const head = el("div", { class: "list-head" }, el("h2", {}, t("page.queue_title", { n: number(n) })), may("decide", state.county) || settings.may.decide_grids.length ? null : el("span", { class: "order-note" }, t("page.read_only")));
  const { rows, status } = queue;
  if (!rows.length) {
    fill(node, head, el("p", { class: "empty" }, t(status === "ready" ? "page.queue_empty" : status === "failed" ? "page.unreachable" : "page.counting")));
    return;
  }
  fill(node, head, el("ol", { class: "rows" }, rows.map(queueRow)),
    queue.questions.some((question) => question.after !== null) ? el("button", { type: "button", class: "more", on: { click: () => loadQueue({ more: true }) } }, t("page.more")) : null);
}

// Somebody settled a case here: it waits no more.
export function decided(id) {
  queue = { ...queue, rows: queue.rows.filter((row) => row.id !== id) };
  whole.clear();
  summary = { ...summary, key: "" };
  redraw();
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
