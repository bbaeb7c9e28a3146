// A card says what was clicked: name, hours, services and their state, how to get in; or enterprise, grid, reason.
import { current } from "./answers.js";
import { feature, get } from "./api.js";
import { placeName, placeNote } from "./beside.js";
import { decisionForm } from "./decision.js";
import { el, fill, icon } from "./dom.js";
import { bar } from "./figure.js";
import { gapReason, gapTitle, remedyTag, wayTo } from "./panel-coverage.js";
import { partsText, shareParts, shareText } from "./panel-grids.js";
import { decided, statusSymbol } from "./panel-enterprises.js";
import { peopleFacts } from "./people.js";
import { enterprise, gridTitle, owner, reasonText, sentence, waits } from "./reason.js";
import { may, mayDecide } from "./rights.js";
import { set, state } from "./state.js";
import * as streets from "./streets.js";
import { clock, dateTime, isChinese, metres, number, shortCode, t } from "./text.js";

let shown = "";
let hooks = { onEnterprise() {}, onShown() {} };
let node = null;

export function install(element, callbacks) {
  node = element;
  hooks = callbacks;
}

const close = () => set({ sel: null });

function frame(kind, title, code, ...content) {
  const heading = el("h2", { class: "card-title", tabindex: -1 }, title, code ? el("span", {}, ` ${code}`) : null);
  return [
    el("button", { type: "button", class: "card-close", "aria-label": t("page.close"), on: { click: close } }, icon("close")),
    el("p", { class: "card-kind" }, kind), heading, ...content,
  ];
}

const facts = (rows) => el("dl", { class: "facts" }, rows.filter(([, value]) => value).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));

const inventedNote = (row) => (row.is_invented || row.invented_fields?.length ? el("p", { class: "card-note" }, t("page.invented")) : null);

// Weekly hours, days with the same hours together: 周一至周五 08:00–18:00.
const span = (row) => `${clock(row.opens_min)}–${row.closes_min > 1440 ? t("page.next_day") : ""}${clock(row.closes_min === 1440 ? 1440 : row.closes_min % 1440)}`;

export function hoursText(hours) {
  if (!hours?.length) return [t("page.hours_unknown")];
  const days = [...Array(7).keys()].map((day) => hours.filter((row) => row.weekday === day).map(span).join(t("page.comma")) || t("page.closed_day"));
  if (days.every((text) => text === "00:00–24:00")) return [t("page.always_open")];
  const rows = [];
  for (let from = 0; from < 7;) {
    let to = from;
    while (to < 6 && days[to + 1] === days[from]) to += 1;
    const name = from === 0 && to === 6 ? t("page.every_day") : from === to ? t(`page.day_short.${from}`) : t("page.days", { from: t(`page.day_short.${from}`), to: t(`page.day_short.${to}`) });
    rows.push(`${name} ${days[from]}`);
    from = to + 1;
  }
  return rows;
}

function serviceRow(row) {
  const name = isChinese ? row.name_zh : row.name_en;
  const near = row.mode === "nearby" ? t("page.nearby", { m: row.distance_m ? metres(row.distance_m) : "" }) : "";
  const mark = { working: "check", unknown: "question" }[row.condition] ?? "cross";
  return el("li", { class: `service is-${row.condition}` }, icon(mark), el("span", {}, name, near ? el("small", {}, near) : null), row.condition === "working" ? el("span", { class: "unseen" }, t("service_condition.working")) : el("em", {}, t(`service_condition.${row.condition}`)));
}

function stationState(id) {
  const row = current.answer?.stations.find((station) => station.id === id);
  if (!row) return null;
  const name = row.state === "open" && row.is_24h ? "always" : row.state;
  return el("span", { class: `state is-${row.state}` }, t(`page.station.${name}`));
}

// How many people the station is in reach of, whatever its hours: in a straight line, and on foot where one can tell.
function reachLines(id) {
  const told = streets.stationReach(id);
  if (!told) return [];
  const of = (part) => (part ? t("page.people_in_places", { people: number(part.people), n: number(part.places) }) : null);
  return [el("h3", {}, t("page.reach")), facts([
    [t("page.by.straight_line"), of(told.straight)],
    [t("page.by.streets"), told.off_network_m ? t("page.between.metres", { m: metres(told.off_network_m) }) : of(told.streets)],
  ])];
}

async function stationCard(id) {
  const row = feature(await get(`stations/${id}`));
  const access = [t(`access_method.${row.access ?? row.access_method ?? "unknown"}`), row.access_note].filter(Boolean).join(t("page.stop_space"));
  const closures = (row.closures ?? []).map((item) => el("p", { class: "card-warn" }, t("page.closure", { reason: item.reason, until: item.to ? dateTime(item.to) : t("page.open_end") })));
  return frame(
    el("span", {}, t(`venue_type.${row.venue ?? row.venue_type ?? "outdoor_station"}`), " · ", t(`station_type.${row.type ?? row.station_type}`), " ", stationState(row.id)), row.name, "",
    row.address ? el("p", { class: "card-line" }, row.address) : null,
    ...closures,
    facts([
      [t("page.hours"), el("span", {}, hoursText(row.hours).map((line) => el("span", { class: "line" }, line)))],
      [t("page.access"), access],
      [t("page.duty_phone"), row.duty_phone],
      [t("page.confirmed"), row.confirmed_on],
    ]),
    ...reachLines(id),
    el("h3", {}, t("page.services")),
    row.services?.length ? el("ul", { class: "services" }, row.services.map(serviceRow)) : el("p", { class: "card-note" }, t("page.services_unknown")),
    inventedNote(row),
  );
}

function gridLines(row) {
  return [
    el("h3", { class: "with-figure" }, t("page.covered_here"), el("span", {}, shareText(row))),
    row.people ? bar(shareParts(row), partsText(row)) : null,
    el("p", { class: "card-line" }, partsText(row)),
    el("p", { class: "card-line" }, t("page.grid_stations", { n: number(row.stations) }), row.nearest_open_m !== null && row.nearest_open_m !== undefined ? t("page.grid_nearest", { m: metres(row.nearest_open_m) }) : ""),
  ];
}

async function gridCard(id) {
  const told = current.answer?.by_grid.find((row) => row.id === id);
  let detail = {};
  try {
    detail = feature(await get(`grids/${id}`));
  } catch (error) {
    if (!told) throw error;
  }
  const counts = detail.enterprises ?? { total: told?.enterprises, unorganized: told?.unorganized };
  const list = () => set({ tab: "enterprises", grid: (told ?? detail).code, sel: null });
  return frame(
    t(`grid_kind.${detail.kind ?? told?.kind ?? "grid"}`), (told ?? detail).name, shortCode((told ?? detail).code, state.county),
    ...(told ? gridLines(told) : []),
    counts.total === undefined ? null : el("h3", { class: "with-figure" }, t("page.enterprises_here"), el("span", {}, t("page.firms", { n: number(counts.total) }))),
    facts(peopleFacts(id)),
    facts([
      [t("page.org.unorganized"), counts.unorganized === undefined ? null : t("page.firms", { n: number(counts.unorganized) })],
      [t("page.waiting"), counts.review === undefined ? null : t("page.firms", { n: number(counts.review) })],
      [t("page.off_map"), counts.not_on_map ? t("page.firms", { n: number(counts.not_on_map) }) : null],
      [t("page.boundary_version"), detail.version],
    ]),
    may("enterprises", state.county) ? el("div", { class: "card-actions" }, el("button", { type: "button", class: "button", on: { click: list } }, t("page.enterprise_list"))) : null,
    inventedNote(detail),
  );
}

function gapCard(rank) {
  const gap = current.answer?.gaps.find((row) => row.rank === rank);
  if (!gap) return null;
  const [name, code] = gapTitle(gap);
  const near = gap.nearest_open;
  return frame(
    el("span", {}, t("page.gap_n", { n: gap.rank }), " ", remedyTag(gap.remedy)), name, code,
    facts(gap.grid_id ? peopleFacts(gap.grid_id) : []),
    el("p", { class: "card-line" }, el("b", {}, t("page.people", { n: number(gap.people) })), t("page.in_places", { n: number(gap.places) })),
    gap.shut_station || !near ? el("p", { class: "card-line" }, gapReason(gap)) : null,
    near ? el("p", { class: "card-line" }, t("page.nearest_open", { name: near.name, m: wayTo(gap) })) : null,
    el("div", { class: "card-actions" },
      gap.shut_station ? openStation(gap.shut_station.id, t("page.see_shut")) : null,
      near ? openStation(near.id, t("page.see_nearest")) : null),
  );
}

// A gathering place between the measures: which it is, whose grid, which station is near but not on foot.
function demandCard(id) {
  const place = streets.between(id);
  if (!place) return null;
  const station = streets.nearOf(place);
  return frame(
    t(`page.between.is.${place.why}`), placeName(place), "",
    place.people === undefined ? null : el("p", { class: "card-line" }, el("b", {}, t("page.people", { n: number(place.people) }))),
    el("p", { class: "card-line" }, placeNote(place)),
    el("p", { class: "card-note" }, t(`page.between.why.${place.why}`)),
    station ? el("div", { class: "card-actions" }, openStation(station.id, t("page.see_nearest"))) : null,
  );
}

const openStation = (id, label) => el("button", { type: "button", class: "button", on: { click: () => set({ sel: { kind: "station", id } }) } }, label);

function historyList(history) {
  const old = history.filter((row) => row.valid_to ?? row.to);
  if (!old.length) return null;
  return el("details", { class: "history" }, el("summary", {}, t("page.history", { n: old.length })), el("ul", {}, old.map((row) => el("li", {},
    `${(row.valid_from ?? row.from ?? "").slice(0, 10)} – ${(row.valid_to ?? row.to ?? "").slice(0, 10)}`, " ", owner(row), t("page.colon"), sentence(row) ?? t(`assignment_method.${row.method}`)))));
}

async function enterpriseCard(id) {
  const row = enterprise(await get(`enterprises/${id}`));
  const { assignment } = row;
  hooks.onEnterprise(row);
  const choices = waits(assignment) && mayDecide(assignment, state.county) ? await get(`enterprises/${id}/owner-choices`) : null;
  const both = assignment.other_grid && !choices
    ? el("div", { class: "sides" }, side(assignment.grid ?? { name: owner(assignment) }, "page.owner_now"), side(assignment.other_grid, "page.also_sees"))
    : null;
  return frame(
    el("span", { class: "with-symbol" }, statusSymbol(assignment.status), t(`assignment_status.${assignment.status}`)), row.name, "",
    el("p", { class: "card-reason" }, el("b", {}, t(assignment.grid ? "page.responsible" : "page.responsible_union", { owner: owner(assignment) })), " ", reasonText(assignment)),
    both,
    waits(assignment) && !choices ? el("p", { class: "card-note" }, t("page.waits_for_person")) : null,
    choices ? decisionForm(choices, () => settled(id)) : null,
    facts(assignment.grid ? peopleFacts(assignment.grid.id) : []),
    facts([
      [t("page.organization"), row.organization_status ? t(`organization_status.${row.organization_status}`) : null],
      [t("page.staff"), row.band ? t(`staff_band.${row.band}`) : null],
      [t("page.industry"), row.industry],
      [t("page.address"), row.address],
      ["USCC", row.uscc],
      [t("page.on_map"), row.point ? null : t("page.no_point")],
      [t("page.boundary_version"), assignment.boundary_version],
    ]),
    historyList(assignment.history),
    inventedNote(row),
  );
}

// Settled here: the card says so for a moment, then shows the new owner, and the list loses the case.
function settled(id) {
  window.setTimeout(() => {
    shown = "";
    decided(id);
    draw();
  }, 900);
}

function side(grid, key) {
  return el("div", { class: "side" }, el("b", {}, gridTitle(grid)), el("span", {}, t(key)));
}

const BUILD = { station: stationCard, grid: gridCard, gap: gapCard, enterprise: enterpriseCard, demand: demandCard };

// Draw the card of what is selected; `fresh` when the figures behind it changed.
export async function draw({ fresh = false } = {}) {
  const { sel } = state;
  const key = sel ? `${sel.kind}:${sel.id}` : "";
  if (key === shown && !(fresh && ["gap", "grid", "station", "demand"].includes(sel?.kind))) return;
  const moved = key !== shown;
  shown = key;
  if (sel?.kind !== "enterprise") hooks.onEnterprise(null);
  if (!sel) { node.hidden = true; fill(node); hooks.onShown(); return; }
  let content;
  try {
    content = await BUILD[sel.kind](sel.id);
  } catch (error) {
    content = frame("", t(error.status === 404 ? "page.not_found" : "page.unreachable"), "", el("p", { class: "card-line" }, error.status === 404 ? error.message : ""));
  }
  if (shown !== key) return;
  if (!content) { shown = ""; node.hidden = true; return; }
  node.hidden = false;
  const at = moved ? 0 : node.scrollTop;
  fill(node, content);
  node.scrollTop = at;
  hooks.onShown();
  if (moved && document.activeElement?.closest("[data-focus-card]")) node.querySelector(".card-title").focus();
}

// Many at one point: a list to choose from.
export function drawPlace(rows, count) {
  shown = "place";
  node.hidden = false;
  fill(node, frame(t("page.same_place", { n: number(count) }), t("page.choose_one"), "", el("ul", { class: "place-list" }, rows.map((row) => el("li", {},
    el("button", { type: "button", class: "link", on: { click: () => set({ sel: { kind: "enterprise", id: row.id } }) } }, row.name, el("small", {}, t(`organization_status.${row.organization_status}`))))))));
  node.querySelector(".card-close").addEventListener("click", () => { node.hidden = true; shown = ""; });
}

// What planners drew has a name and a kind; there is nothing else to ask for.
export function drawPlanned(hit) {
  shown = `${hit.kind}:${hit.id}`;
  node.hidden = false;
  const kind = hit.kind === "barrier" ? t("page.barrier_is", { kind: t(`barrier_kind.${hit.is}`) }) : t("page.candidate_is", { kind: t(`host_kind.${hit.host}`) });
  fill(node, frame(kind, hit.kind === "barrier" ? hit.title : hit.name, "",
    hit.until ? el("p", { class: "card-line" }, t("page.barrier_until", { date: hit.until })) : null,
    el("p", { class: "card-note" }, t(`page.${hit.kind}_note`))));
  node.querySelector(".card-close").addEventListener("click", () => { node.hidden = true; shown = ""; });
  hooks.onShown();
}
