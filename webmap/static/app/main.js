// The page: state in the address, figures beside the map, cards on it.
import { get, items } from "./api.js";
import { ask, current, onAnswer } from "./answers.js";
import * as card from "./card.js";
import { byId, el, fill, isPhone } from "./dom.js";
import { spoken } from "./figure.js";
import * as footer from "./footer.js";
import * as legend from "./legend.js";
import * as listView from "./list-view.js";
import { openMenu } from "./menu.js";
import * as coverage from "./panel-coverage.js";
import * as enterprises from "./panel-enterprises.js";
import * as grids from "./panel-grids.js";
import * as plansPanel from "./panel-plans.js";
import * as people from "./people.js";
import * as planTools from "./plan-tools.js";
import * as plans from "./plans.js";
import * as search from "./search.js";
import { enterprise } from "./reason.js";
import { settings } from "./settings.js";
import { address, onChange, set, state, tabsOf } from "./state.js";
import * as streets from "./streets.js";
import { t } from "./text.js";
import { TenminMap } from "./map/map.js";

const PANELS = { coverage, grids, enterprises, plans: plansPanel };
const parts = { sentence: byId("sentence"), figure: byId("figure"), extra: byId("extra"), list: byId("list") };
let offMap = 0;
let base = settings.base_map;
let arrived = Boolean(state.at);

const tenmin = new TenminMap({ map: window.tenmin.map, onPick: pick, onBaseLost });

function pick(hit) {
  if (state.tab === "plans") return; // its tools listen themselves
  if (hit?.kind === "place") choosePlace(hit);
  else if (hit?.kind === "barrier" || hit?.kind === "candidate") card.drawPlanned(hit);
  else set({ sel: hit ? { kind: hit.kind, id: hit.id } : null });
}

// Several enterprises behind one box: those within a few metres of it.
async function choosePlace({ point, title }) {
  const [lon, lat] = point;
  const d = 0.00004;
  try {
    const answer = await get("enterprises", { bbox: [lon - d, lat - d, lon + d, lat + d].map((v) => v.toFixed(6)).join(","), limit: 200, county: state.county, org: state.org === "all" ? "" : "without_union" });
    const rows = items(answer).map(enterprise);
    if (rows.length === 1) set({ sel: { kind: "enterprise", id: rows[0].id } });
    else if (rows.length) card.drawPlace(rows, rows.length);
  } catch {
    byId("said").textContent = title;
  }
}

function drawTabs() {
  for (const tab of document.querySelectorAll("button[data-tab]")) {
    const chosen = tab.dataset.tab === state.tab;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    tab.hidden = !tabsOf(state.county).includes(tab.dataset.tab);
  }
  byId("panel-body").setAttribute("aria-labelledby", `tab-${state.tab}`);
  for (const button of document.querySelectorAll("button[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
  document.body.dataset.tab = state.tab;
  document.body.dataset.view = state.view;
}

function drawHead() {
  const county = settings.counties.find((row) => row.code === state.county);
  byId("county-name").textContent = county ? t("page.union", { name: county.name }) : t("page.no_county");
  document.title = t("page.title", { county: county?.name ?? "" });
  const other = settings.locale === "zh" ? "en" : "zh";
  byId("language").href = address(state).replace(/lang=\w+/, `lang=${other}`);
}

const drawLegend = () => legend.draw(byId("legend-body"), { offMap, base });

function drawPanel() {
  PANELS[state.tab].draw(parts);
  listView.draw(byId("list-view"));
  drawLegend();
  baseChip();
  footer.draw(byId("footer"), (n) => { if (n !== offMap) { offMap = n; drawLegend(); } });
}

function onEnterprise(row) {
  tenmin.choose(row);
  if (row?.point && state.view === "map") tenmin.reveal(row.point, 14.5);
}

// A long card takes the room of the legend, and gives it back.
let folded = false;
function makeRoom() {
  const [legendBox, cardBox] = [byId("legend"), byId("card")];
  if (cardBox.hidden && folded) { legendBox.open = true; folded = false; }
  if (!cardBox.hidden && legendBox.open && cardBox.scrollHeight > cardBox.clientHeight + 2) { legendBox.open = false; folded = true; }
}

// What was chosen in a list comes into view.
function reveal() {
  const { sel } = state;
  const { answer } = current;
  if (!sel || !answer || state.view !== "map") return;
  const row = sel.kind === "demand" ? streets.between(sel.id) : sel.kind === "gap" ? answer.gaps.find((gap) => gap.rank === sel.id) : sel.kind === "station" ? answer.stations.find((station) => station.id === sel.id) : null;
  if (row?.point) tenmin.reveal(row.point, sel.kind === "gap" ? 12.5 : 12);
}

function drawSelection(options) {
  coverage.markGap(parts.list);
  coverage.markPlaces();
  grids.markGrid(parts.list);
  enterprises.markEnterprise(parts.list);
  document.body.classList.toggle("has-card", Boolean(state.sel));
  return card.draw(options);
}

const QUESTION = ["county", "rule", "measure", "day", "time", "services"];
const touches = (changed, names) => names.some((name) => changed.has(name));

onChange((changed) => {
  if (changed.size === 1 && changed.has("at")) { drawHead(); return; }
  if (changed.has("county")) { offMap = 0; tenmin.showCounty(); }
  if (touches(changed, [...QUESTION, "tab", "view", "color", "grid", "org", "band", "show"])) {
    drawTabs();
    if (touches(changed, QUESTION)) ask();
    drawPanel();
  }
  if (touches(changed, [...QUESTION, "tab"]) && state.tab === "plans") plans.enter();
  if (changed.has("view")) window.tenmin.map.invalidateSize({ animate: false });
  drawHead();
  drawSelection();
  if (changed.has("sel")) reveal();
  tenmin.redraw();
});

onAnswer(({ status, answer }) => {
  tenmin.setAnswer(answer);
  drawPanel();
  document.body.dataset.status = status;
  if (status === "ready") {
    byId("said").textContent = spoken(answer);
    drawSelection({ fresh: true });
    if (!arrived) reveal();
    arrived = true;
  }
});

// What follows the figure came: side by side, streets in reach, a station's reach.
streets.onStreets(() => {
  if (state.tab === "coverage") {
    coverage.drawFollowers(parts);
    listView.draw(byId("list-view"));
  }
  if (["station", "demand"].includes(state.sel?.kind)) drawSelection({ fresh: true });
  tenmin.redraw();
});

function countyMenu() {
  const button = byId("county");
  const change = (code) => set({ county: code, sel: null, grid: "", show: "", at: null });
  openMenu(button, { title: t("page.label.county"), key: "county", items: settings.counties.map((row) => ({ label: row.name, note: row.code, checked: row.code === state.county, act: () => change(row.code) })) });
}

async function goToFound(row) {
  const tab = row.kind === "station" ? "coverage" : row.kind === "grid" ? "grids" : "enterprises";
  const patch = { tab, view: "map" };
  if (row.county && settings.counties.some((county) => county.code === row.county)) patch.county = row.county;
  patch.sel = { kind: row.kind, id: row.id };
  set(patch);
  if (row.point) tenmin.goTo(row.point, row.kind === "grid" ? 13 : 15.5);
}

function wireTabs() {
  const tabs = [...document.querySelectorAll("button[data-tab]")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => set({ tab: tab.dataset.tab, sel: null }));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const open = tabs.filter((each) => !each.hidden);
      const next = open[(open.indexOf(tab) + step + open.length) % open.length];
      next.focus();
      next.click();
    });
  }
}

function wire() {
  wireTabs();
  for (const button of document.querySelectorAll("button[data-view]")) button.addEventListener("click", () => set({ view: button.dataset.view }));
  byId("county").addEventListener("click", countyMenu);
  byId("zoom-in").addEventListener("click", () => window.tenmin.map.zoomIn(1));
  byId("zoom-out").addEventListener("click", () => window.tenmin.map.zoomOut(1));
  byId("whole").addEventListener("click", () => tenmin.showCounty());
  byId("search-toggle").addEventListener("click", () => {
    document.body.classList.toggle("is-searching");
    byId("search").focus();
  });
  document.addEventListener("click", (event) => { if (event.target.closest('[data-act="retry"]')) ask(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && state.sel && !document.querySelector(".menu") && event.target !== byId("search")) set({ sel: null }); });
  search.install({ field: byId("search"), list: byId("found"), onChoose: (row) => { document.body.classList.remove("is-searching"); goToFound(row); } });
  card.install(byId("card"), { onEnterprise, onShown: makeRoom });
  people.install(() => { drawPanel(); card.draw({ fresh: true }); });
  if (isPhone()) byId("legend").open = false;
  byId("legend-close")?.addEventListener("click", () => { byId("legend").open = false; });
}

// What the map says for those who do not see it is in the panel and the list; this names the base it rests on.
function baseChip() {
  fill(byId("base-chip"), legend.baseName(base));
}

// A base map that cannot be reached is not named: chip and legend say what is really drawn.
function onBaseLost() {
  base = null;
  baseChip();
  drawLegend();
}

plans.onPlan(() => {
  if (state.tab !== "plans") return;
  plansPanel.drawFollowing(parts);
  if (!plansPanel.isBusy(byId("list-view"))) listView.draw(byId("list-view"));
  tenmin.redraw();
});

wire();
baseChip();
drawTabs();
drawHead();
if (settings.counties.length) {
  tenmin.start();
  drawPanel();
  drawSelection();
  ask();
  planTools.install(tenmin);
  if (state.tab === "plans") plans.enter();
} else {
  fill(parts.figure, el("p", { class: "remark" }, t("page.empty_database")));
}

// For tests and for colleagues at the console: what is drawn, and whether anything is still on its way.
window.tenmin.isStill = () => current.status !== "loading" && plans.isStill() && streets.idle() && tenmin.tiles.idle && tenmin.painted === true;
window.tenmin.hits = () => tenmin.hits.points;
window.tenmin.find = (kind, id) => {
  const hit = tenmin.hits.points.find((row) => row.kind === kind && (id === undefined || row.id === id));
  if (!hit) return null;
  const at = window.tenmin.map.layerPointToContainerPoint(tenmin.layer._bounds.min.add([hit.x, hit.y]));
  const box = window.tenmin.map.getContainer().getBoundingClientRect();
  return [box.left + at.x, box.top + at.y, hit.id];
};
