// The figure with its fraction and bar, in every state a question can be in.
import { current, narrow } from "./answers.js";
import { el, fill } from "./dom.js";
import { settings } from "./settings.js";
import { may } from "./rights.js";
import { ruleOf, set, state } from "./state.js";
import { dateTime, number, percent, t } from "./text.js";
import { serviceName, timeText } from "./sentence.js";

export const WIDE_UNKNOWN_PERCENT = 20;
const PARTS = ["cross", "one", "unknown", "not_covered"];

export function bar(parts, label) {
  const node = el("div", { class: "bar", role: "img", "aria-label": label });
  for (const name of PARTS) {
    const part = parts.find((row) => row.state === name);
    if (!part?.percent) continue;
    const piece = el("span", { class: `bar-part is-${name}` });
    piece.style.flexGrow = part.percent;
    node.append(piece);
  }
  return node;
}

// Along streets it is not the hours alone that are unknown.
const partText = (answer, name) => t(name === "unknown" && answer.unplaced?.people ? "page.part.unknown_streets" : `page.part.${name}`, { percent: percent(answer.parts.find((row) => row.state === name)?.percent ?? 0) });

const barText = (answer) => PARTS.map((name) => partText(answer, name)).join(t("page.semicolon"));

export function unknownPercent(answer) {
  return answer.parts.find((row) => row.state === "unknown")?.percent ?? 0;
}

const wideTag = () => (state.time === "any" ? el("span", { class: "tag is-dashed" }, t("page.wide")) : null);

function figureLine(text, beside, { old = false } = {}) {
  return el("p", { class: `figure${old ? " is-old" : ""}` }, el("strong", {}, text), " ", el("span", { class: "fraction" }, beside), " ", wideTag());
}

export function fractionOf(people) {
  return t("page.fraction_people", { covered: number(people.covered), total: number(people.total) });
}

function figureText(answer) {
  const unknown = unknownPercent(answer);
  return unknown > WIDE_UNKNOWN_PERCENT
    ? { figure: `${answer.share_low.toFixed(1)}–${answer.share_high.toFixed(1)}%`, beside: t("page.at_least", { n: number(answer.people.covered) }) }
    : { figure: percent(answer.share), beside: fractionOf(answer.people) };
}

function legend(answer) {
  return el("ul", { class: "bar-legend" }, PARTS.map((name) => el("li", {}, el("span", { class: `swatch is-${name}`, "aria-hidden": "true" }), partText(answer, name))));
}

function nextOpening(answer) {
  if (state.time === "any") return "";
  const hour = Number(state.time.slice(0, 2));
  const order = [...Array(24).keys()].map((i) => (hour + 1 + i) % 24);
  const next = order.map((h) => answer.hours.find((row) => row.hour === h)).find((row) => row?.covered > 0);
  return next ? t("page.next_open", { hour: `${String(next.hour).padStart(2, "0")}:00` }) : t("page.never_open");
}

function noneOpen(answer) {
  const lacking = answer.stations.filter((row) => row.state === "lacks").length;
  const what = state.services.map(serviceName).join(t("page.comma"));
  const first = lacking && what ? t("page.all_lack", { n: lacking, services: what }) : t("page.none_open");
  return t("page.two", { a: first, b: nextOpening(answer) });
}

function remarks(answer) {
  const rows = [];
  const { people } = answer;
  const silent = answer.left_out.filter((row) => row.reason === "hours_unknown" || row.reason === "service_unknown" || row.reason === "unconfirmed").length;
  if (answer.unplaced?.people) rows.push(el("p", { class: "remark" }, t("page.unplaced", { people: number(answer.unplaced.people), n: number(answer.unplaced.places) })));
  if (unknownPercent(answer) > WIDE_UNKNOWN_PERCENT && silent) rows.push(el("p", { class: "remark" }, t("page.unknown_stations", { n: silent })));
  if (people.covered === 0 && people.total) rows.push(el("p", { class: "remark" }, noneOpen(answer)));
  else if (people.shut_only) {
    rows.push(el("p", { class: "remark" }, t("page.shut_only_before"), el("b", {}, t("page.shut_only", { n: number(people.shut_only) })), t("page.stop")));
  }
  return rows;
}

// How much the wide rule adds to the assessed hour, once that figure is here.
function comparison(answer) {
  const node = el("p", { class: "remark" });
  narrow(settings.assessed[0]).then((other) => {
    if (!other || other.share === null || answer.share === null) return;
    node.textContent = t("page.wide_more", { day: t(`day_type.${state.day}`), time: settings.assessed[0], points: (answer.share - other.share).toFixed(1) });
  });
  return node;
}

function ready(answer) {
  if (!answer.people.total) {
    const stations = answer.stations.filter((row) => row.state !== "neighbour").length;
    return [
      figureLine("—", t("page.zero_demand")),
      el("p", { class: "remark" }, t("page.zero_demand_note", { n: number(stations) })),
    ];
  }
  const { figure, beside } = figureText(answer);
  return [figureLine(figure, beside), bar(answer.parts, barText(answer)), legend(answer), ...(state.time === "any" ? [comparison(answer)] : remarks(answer))];
}

function kept(answer) {
  if (!answer) return [figureLine("—", t("page.counting"), { old: true }), el("div", { class: "progress" })];
  const { figure } = answer.people.total ? figureText(answer) : { figure: "—" };
  const other = current.measure !== state.measure;
  return [
    figureLine(figure, other ? t("page.still_by", { measure: t(`page.by.${current.measure}`) }) : t("page.still", { time: timeText(current.time) }), { old: true }),
    el("div", { class: "progress", role: "progressbar", "aria-label": t("page.counting") }),
    el("p", { class: "remark" }, other ? t("page.recounting_by", { measure: t(`page.by.${state.measure}`) }) : t("page.recounting", { time: timeText(state.time) })),
  ];
}

function unreachable(answer) {
  const note = answer ? t("page.unreachable_kept", { hour: timeText(current.time), time: dateTime(current.received).slice(11) }) : t("page.unreachable");
  const shown = answer?.people.total ? [figureLine(figureText(answer).figure, fractionOf(answer.people)), bar(answer.parts, barText(answer))] : [figureLine("—", "")];
  return [...shown, el("p", { class: "notice", role: "alert" }, note, el("button", { type: "button", class: "button on-dark", data: { act: "retry" } }, t("page.retry")))];
}

function noNetwork() {
  const rule = ruleOf(state.rule);
  return [
    figureLine("—", t("page.no_network_long")),
    el("p", { class: "figure-actions" },
      rule ? el("button", { type: "button", class: "button", on: { click: () => set({ measure: "straight_line" }) } }, t("page.use_straight", { m: number(rule.straight_limit_m) })) : null,
      settings.pages.networks && may("networks", state.county) ? el("a", { class: "button", href: settings.pages.networks }, t("page.load_network")) : null),
  ];
}

function refused(error) {
  if (/no_network/.test(error?.code ?? "")) return noNetwork();
  return [figureLine("—", t("page.cannot_count")), el("p", { class: "remark" }, error?.message ?? "")];
}

export function figureNodes() {
  const { status, answer, error } = current;
  if (status === "ready") return ready(answer);
  if (status === "loading") return kept(answer);
  return status === "unreachable" ? unreachable(answer) : refused(error);
}

// While counting, the place keeps its height: nothing below it jumps.
export function drawFigure(node) {
  if (current.status === "loading" && current.patient && node.hasChildNodes()) return;
  node.style.minHeight = current.status === "loading" && current.answer ? `${node.offsetHeight}px` : "";
  fill(node, figureNodes());
}

// Said politely once the answer is there.
export function spoken(answer) {
  if (!answer.people.total) return t("page.zero_demand");
  const { figure, beside } = figureText(answer);
  return t("page.spoken", { figure, beside });
}
