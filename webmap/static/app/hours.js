// Twenty-four bars of the day; each sets the hour. One stop for Tab, arrows move, the text says highest and lowest.
import { el, fill } from "./dom.js";
import { settings } from "./settings.js";
import { set, state } from "./state.js";
import { percent, t } from "./text.js";

const HEIGHT_PX = 70;
const CEILINGS = [10, 25, 50, 75, 100];
const pad = (hour) => `${String(hour).padStart(2, "0")}:00`;

function bar(row, chosen, ceiling) {
  const share = row.total ? (100 * row.covered) / row.total : 0;
  const unknown = row.total ? (100 * row.unknown) / row.total : 0;
  const covered = el("span", { class: "hour-covered" });
  const dotted = el("span", { class: "hour-unknown" });
  covered.style.height = `${Math.max(row.covered ? 1.5 : 0, (share / ceiling) * HEIGHT_PX)}px`;
  dotted.style.height = `${(unknown / ceiling) * HEIGHT_PX}px`;
  return el("button", {
    type: "button", class: "hour", role: "radio", "aria-checked": String(chosen), tabindex: chosen ? 0 : -1, data: { hour: row.hour },
    "aria-label": t("page.hour_name", { hour: pad(row.hour), share: percent(row.share) }), title: `${pad(row.hour)}  ${percent(row.share)}`,
    on: { click: () => set({ time: pad(row.hour) }) },
  }, dotted, covered);
}

// The same question for every hour of the week, where that page is.
function weekLink() {
  if (!settings.pages.week) return null;
  const query = new URLSearchParams({ county: state.county, rule: state.rule, measure: state.measure, lang: settings.locale });
  if (state.services.length) query.set("services", state.services.join(","));
  return el("a", { class: "hours-week", href: `${settings.pages.week}?${query}` }, t("page.week"));
}

function keys(event) {
  const at = Number(event.target.dataset.hour);
  const to = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: 23 }[event.key];
  if (to === undefined || Number.isNaN(at)) return;
  event.preventDefault();
  set({ time: pad((to + 24) % 24) });
}

export function drawHours(node, answer) {
  const rows = answer?.hours ?? [];
  // People may be somewhere at some hours only: an hour without any has no share, and is neither best nor worst.
  const peopled = rows.filter((row) => row.total);
  if (rows.length !== 24 || !peopled.length) { fill(node); return; }
  const chosen = state.time === "any" ? -1 : Number(state.time.slice(0, 2));
  const best = peopled.reduce((a, b) => (b.share > a.share ? b : a));
  const worst = peopled.reduce((a, b) => (b.share < a.share ? b : a));
  // The axis ends at a round share above every bar, and says which.
  const highest = Math.max(...peopled.map((row) => (100 * (row.covered + row.unknown)) / row.total));
  const ceiling = CEILINGS.find((limit) => limit >= highest) ?? 100;
  const focused = node.contains(document.activeElement) && document.activeElement.dataset.hour !== undefined;
  const bars = el("div", { class: "hours-bars", role: "radiogroup", "aria-label": t("page.hours_label"), on: { keydown: keys } }, rows.map((row) => bar(row, row.hour === chosen, ceiling)));
  bars.append(el("span", { class: "hours-top", "aria-hidden": "true" }, `${ceiling}%`));
  if (chosen < 0) bars.firstChild.tabIndex = 0;
  const axis = el("div", { class: "hours-axis", "aria-hidden": "true" }, [0, 6, 12, 18].map((hour) => tickAt(hour, chosen)), chosen >= 0 ? tickAt(chosen, chosen) : null);
  fill(
    node,
    el("div", { class: "hours-head" }, el("h2", {}, t("page.hours_title")), el("span", {}, t("page.hours_best", { hour: best.hour, share: percent(best.share) })), el("span", {}, t("page.hours_worst", { hour: worst.hour, share: percent(worst.share) })), weekLink()),
    bars, axis,
  );
  if (focused) node.querySelector('[aria-checked="true"]')?.focus();
}

function tickAt(hour, chosen) {
  if (hour !== chosen && chosen >= 0 && Math.abs(hour - chosen) < 3) return null;
  const tick = el("span", { class: `tick${hour === chosen ? " is-chosen" : ""}` }, t("page.hour_tick", { hour }));
  tick.style.left = `${((hour + 0.5) / 24) * 100}%`;
  return tick;
}
