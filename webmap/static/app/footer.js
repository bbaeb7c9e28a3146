// What the figures rest on, and the sum check: every enterprise has a place, on every screen that counts.
import { current } from "./answers.js";
import { el, fill } from "./dom.js";
import { wholeCounty } from "./panel-enterprises.js";
import { may } from "./rights.js";
import { settings } from "./settings.js";
import { state } from "./state.js";
import { network } from "./streets.js";
import { dateTime, number, t } from "./text.js";

function stations(answer) {
  const own = answer.stations.filter((row) => row.state !== "neighbour");
  const inside = own.filter((row) => row.state === "staff_only").length;
  return t(inside ? "page.footer_stations_staff" : "page.footer_stations", { n: number(own.length), inside: number(inside) });
}

const walked = () => (state.measure === "streets" && network() ? t("page.network", { label: network().label, date: network().since ?? "" }) : null);

const methodLink = () => (settings.pages.method ? el("a", { href: `${settings.pages.method}?lang=${settings.locale}` }, t("page.method")) : null);

function check(sum) {
  const adds = sum.assigned + sum.fallback + sum.out_of_county === sum.enterprises;
  return el("p", { class: "sum-check" }, el("b", {}, t("page.sum_check")), " ",
    t("page.sum", { all: number(sum.enterprises), grid: number(sum.assigned), fallback: number(sum.fallback), out: number(sum.out_of_county) }), " ",
    el("b", { class: adds ? "is-right" : "is-wrong" }, t(adds ? "page.sum_right" : "page.sum_wrong")));
}

export async function draw(node, onOffMap) {
  const { answer } = current;
  const data = answer
    ? [t("page.data_time", { time: dateTime(answer.computed_at) }), answer.boundary_version ? t("page.version", { label: answer.boundary_version.label }) : t("page.no_version"), walked()]
    : [];
  const county = state.county;
  const paint = (sum) => fill(node,
    state.tab === "coverage" ? (answer ? el("p", {}, stations(answer)) : null) : sum ? check(sum) : null,
    el("p", { class: "stamps" }, [...data, sum?.not_on_map ? t("page.off_map_firms", { n: number(sum.not_on_map) }) : null].filter(Boolean).map((text) => el("span", {}, text)), methodLink()));
  paint(null);
  if (!may("counts", county)) { onOffMap(0); return; }
  try {
    const sum = await wholeCounty();
    if (county !== state.county) return;
    paint(sum);
    onOffMap(sum.not_on_map ?? 0);
  } catch {
    // The panel says that the server cannot be reached; the footer only keeps what it has.
  }
}
