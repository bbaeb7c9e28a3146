// What the signs mean, drawn with the very symbols of the map.
import { betweenSymbol } from "./beside.js";
import { el, fill } from "./dom.js";
import { PURPLE, SHARE } from "./map/grids-scene.js";
import { drawCount, drawEnterprise, drawStation, drawWorker } from "./map/symbols.js";
import { may } from "./rights.js";
import { serviceName } from "./sentence.js";
import { ruleOf, state } from "./state.js";
import { network } from "./streets.js";
import { number, t } from "./text.js";

const RATIO = Math.min(window.devicePixelRatio || 1, 3);
const SIZE = 26;

function symbol(draw) {
  const canvas = el("canvas", { class: "legend-symbol", width: SIZE * RATIO, height: SIZE * RATIO, "aria-hidden": "true" });
  const c = canvas.getContext("2d");
  c.scale(RATIO, RATIO);
  draw(c, SIZE / 2, SIZE / 2);
  return canvas;
}

const entry = (sign, text) => el("li", {}, sign, el("span", {}, text));
const group = (title, ...rows) => el("div", { class: "legend-group" }, el("h3", {}, title), el("ul", {}, rows));
const line = (kind, text) => entry(el("span", { class: `legend-line is-${kind}`, "aria-hidden": "true" }), text);
const swatch = (kind, text) => entry(el("span", { class: `legend-area is-${kind}`, "aria-hidden": "true" }), text);

const station = (look, key) => entry(symbol((c, x, y) => drawStation(c, look, x, y)), t(key));
const worker = (digit, key) => entry(symbol((c, x, y) => drawWorker(c, digit, 60, x, y)), t(key));
const firm = (look, key) => entry(symbol((c, x, y) => drawEnterprise(c, look, x, y, 4.4)), t(key));

const moment = () => (state.time === "any" ? t("page.any_hour") : `${t(`day_type.${state.day}`)} ${state.time}`);

function lines() {
  return el("ul", { class: "legend-lines" }, line("county", t("page.legend.county")), line("zone", t("grid_kind.zone")), line("grid", t("grid_kind.grid")), line("town", t("page.legend.town")), line("exclusive", t("page.legend.exclusive")));
}

function reach() {
  const rule = ruleOf(state.rule);
  if (state.measure === "straight_line") {
    return group(t("page.legend.reach", { m: number(rule?.straight_limit_m) }), swatch("one", t("page.legend.one")), swatch("cross", t("page.legend.cross")), swatch("unknown", t("page.legend.unknown")), swatch("gap", t("page.legend.gap")));
  }
  return el("div", { class: "legend-group" }, el("h3", {}, t("page.legend.streets", { s: number(rule?.street_limit_s) })),
    el("ul", {}, ["one", "cross", "unknown"].map((kind) => line(`street-${kind}`, t(`page.legend.street_${kind}`))), swatch("gap", t("page.legend.gap"))),
    el("p", { class: "legend-note" }, t("page.legend.street_note")));
}

// What planners drew, and the places between the two measures, where there is any.
function drawn() {
  const between = state.show ? [entry(betweenSymbol(state.show), t(`page.between.is.${state.show}`))] : [];
  const barriers = state.measure === "streets" ? [line("barrier", t("page.legend.barrier")), swatch("barrier", t("page.legend.barrier_area"))] : [];
  const plans = may("plans", state.county) ? [...barriers, station("candidate", "page.legend.candidate")] : [];
  return between.length + plans.length ? el("ul", { class: "legend-plans" }, between, plans) : null;
}

function coverage() {
  return [
    el("div", { class: "legend-columns" },
      el("div", {},
        group(t("page.legend.workers"), worker("1", "page.legend.worker_covered"), worker("0", "page.legend.worker_not"), worker("3", state.measure === "streets" ? "page.legend.unknown" : "page.legend.worker_unknown")),
        reach()),
      group(t("page.legend.stations", { moment: moment() }), station("open", "page.station.open"), station("always", "page.station.always"), station("micro", "page.legend.micro"), station("shut", "page.legend.shut"), station("unknown", "page.station.unknown"), station("staff_only", "page.legend.staff_only"), station("neighbour", "page.legend.neighbour"))),
    drawn(),
    lines(),
  ];
}

function steps(colours, labels) {
  return el("div", { class: "legend-steps" }, colours.map((colour, i) => {
    const box = el("span", { class: "step-box", "aria-hidden": "true" });
    box.style.background = colour;
    return el("span", { class: "step" }, box, labels[i]);
  }));
}

function grids() {
  const what = state.services.length ? state.services.map(serviceName).join(t("page.comma")) : t("page.service_none");
  if (state.color === "unorganized") {
    return [el("h3", {}, t("page.legend.unorganized")), steps(PURPLE, ["0–9", "10–29", "30–59", "60–99", "≥100"]), lines()];
  }
  return [
    el("h3", {}, t("page.legend.share", { what })), steps(SHARE, ["1–19", "20–39", "40–59", "60–79", "80–100"]),
    el("ul", { class: "legend-row" }, swatch("gap", "0%"), swatch("unknown", t("page.legend.mostly_unknown")), swatch("blank", t("page.legend.few"))), lines(),
  ];
}

function enterprises(offMap) {
  return [
    group(t("page.legend.enterprises"),
      firm("auto", "page.legend.assigned"), state.org === "unorganized" ? null : firm("organized", "page.legend.organized"), firm("boundary_review", "page.legend.border"), firm("gap_review", "page.legend.gap_review"),
      entry(symbol((c, x, y) => drawCount(c, 38, x, y)), t("page.legend.same_place")),
      entry(symbol((c, x, y) => drawCount(c, 86, x, y, { far: true, review: 1 })), t("page.legend.cluster"))),
    offMap ? el("p", { class: "legend-off" }, el("span", { class: "off-map" }, t("page.off_map_n", { n: number(offMap) })), t("page.listed")) : null,
    lines(),
  ];
}

// Whoever made the streets of a county is named wherever they are walked or may be what the ground is drawn from.
function streetCredit(base) {
  const used = network();
  const isSeen = used && (!base || (state.tab === "coverage" && state.measure === "streets"));
  return isSeen && used.credit ? t("page.network_credit", { credit: used.credit }) : null;
}

// What the map rests on, with its approval number where it has one.
export function baseName(base) {
  const own = network()?.is_base && network().credit ? null : t("page.own_base");
  return [...(base ? [base.attribution, base.approval] : [own]), streetCredit(base)].filter(Boolean).join(" · ");
}

export function draw(node, { offMap = 0, base = null } = {}) {
  fill(node, { coverage, grids, enterprises: () => enterprises(offMap), plans: coverage }[state.tab](), el("p", { class: "legend-base" }, baseName(base)));
}
