// Coverage: figure, day curve, ranked gaps.
import { current } from "./answers.js";
import { drawBeside, markPlace } from "./beside.js";
import { el, fill } from "./dom.js";
import { drawFigure } from "./figure.js";
import { drawHours } from "./hours.js";
import { openMenu } from "./menu.js";
import { coverageSentence, drawSentence } from "./sentence.js";
import { set, state } from "./state.js";
import { metres, minutes, number, shortCode, t } from "./text.js";
import { distance } from "./map/geodesy.js";
import { liaisonOf } from "./people.js";

let order = "people";

const ORDERS = {
  people: (a, b) => a.rank - b.rank,
  extend: (a, b) => (b.shut_station?.people ?? 0) - (a.shut_station?.people ?? 0) || a.rank - b.rank,
  far: (a, b) => away(b) - away(a) || a.rank - b.rank,
};

// Along streets the way counts, not the distance.
const away = (gap) => gap.nearest_open?.seconds ?? gap.nearest_open?.distance_m ?? Infinity;

// "走 14 分钟（沿路 930 米，直线 610 米）" along streets, "610 米" in a straight line.
export function wayTo(gap) {
  const near = gap.nearest_open;
  if (!near.seconds) return metres(near.distance_m);
  const station = current.answer.stations.find((row) => row.id === near.id);
  return t("page.walk", { minutes: minutes(near.seconds), along: metres(near.distance_m), straight: metres(station?.point ? distance(gap.point, station.point) : null) });
}

export function gapReason(gap) {
  if (gap.shut_station) {
    return t(`page.gap.${gap.shut_station.why}`, { name: gap.shut_station.name, n: number(gap.shut_station.people) });
  }
  if (gap.nearest_open) return gap.nearest_open.seconds ? t("page.gap.nearest_walk", { way: wayTo(gap) }) : t("page.gap.nearest", { m: metres(gap.nearest_open.distance_m) });
  return t("page.gap.none");
}

export const remedyTag = (remedy) => el("span", { class: `tag is-${remedy}` }, t(`remedy.${remedy}`));

export const gapTitle = (gap) => [gap.grid_name || t("page.no_grid"), shortCode(gap.grid_code, state.county)];

function gapRow(gap) {
  const selected = state.sel?.kind === "gap" && state.sel.id === gap.rank;
  const [name, code] = gapTitle(gap);
  return el("li", {},
    el("button", {
      type: "button", class: `row gap-row${selected ? " is-selected" : ""}`, "aria-pressed": String(selected), data: { gap: gap.rank },
      on: { click: () => set({ sel: selected ? null : { kind: "gap", id: gap.rank } }) },
    },
    el("span", { class: "rank" }, String(gap.rank)),
    el("span", { class: "row-main" },
      el("span", { class: "row-title" }, el("b", {}, name, code ? el("i", {}, ` ${code}`) : null), remedyTag(gap.remedy)),
      el("span", { class: "row-note" }, gapReason(gap)),
      liaisonOf(gap.grid_id) ? el("span", { class: "row-note" }, t("page.people.answers"), " ", el("b", {}, liaisonOf(gap.grid_id))) : null),
    el("span", { class: "row-figure" }, el("b", {}, number(gap.people)), t("page.people_unit"))));
}

function orderMenu(anchor) {
  openMenu(anchor, {
    title: t("page.order"), key: "gap-order",
    items: Object.keys(ORDERS).map((name) => ({ label: t(`page.order.${name}`), checked: order === name, act: () => { order = name; drawGaps(document.getElementById("list"), current.answer); } })),
  });
}

export function drawGaps(node, answer) {
  if (!answer || !answer.people.total) { fill(node); return; }
  const head = el("div", { class: "list-head" },
    el("h2", {}, t("page.gaps_title", { n: number(answer.gaps_total.gaps ?? answer.gaps.length) }), " ", el("span", {}, t("page.people", { n: number(answer.gaps_total.people) }))),
    el("button", { type: "button", class: "order", data: { word: "gap-order" }, "aria-haspopup": "menu", "aria-expanded": "false", on: { click: (event) => orderMenu(event.currentTarget) } }, t(`page.order.${order}`)));
  const rows = [...answer.gaps].sort(ORDERS[order]);
  const list = rows.length ? el("ol", { class: "rows" }, rows.map(gapRow)) : el("p", { class: "empty" }, t("page.no_gaps"));
  const more = (answer.gaps_total.gaps ?? rows.length) - rows.length;
  fill(node, head, list, more > 0 ? el("p", { class: "empty" }, t("page.more_gaps", { n: number(more) })) : null);
}

export function markGap(node) {
  for (const row of node.querySelectorAll("[data-gap]")) {
    const selected = state.sel?.kind === "gap" && String(state.sel.id) === row.dataset.gap;
    row.classList.toggle("is-selected", selected);
    row.setAttribute("aria-pressed", String(selected));
    if (selected) row.scrollIntoView({ block: "nearest" });
  }
}

// Two places below the figure: both measures side by side, and the day.
function slots(node) {
  if (!node.querySelector(":scope > .beside")) fill(node, el("div", { class: "beside" }), el("div", { class: "day" }));
  return node.children;
}

export const markPlaces = () => markPlace(document.getElementById("extra"));

// Only what follows the figure, when it comes.
export const drawFollowers = (parts) => drawBeside(slots(parts.extra)[0]);

export function draw(parts) {
  drawSentence(parts.sentence, coverageSentence());
  drawFigure(parts.figure);
  drawFollowers(parts);
  drawHours(slots(parts.extra)[1], current.answer);
  drawGaps(parts.list, current.answer);
}
