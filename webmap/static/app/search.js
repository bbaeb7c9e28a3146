// Search by station, grid, enterprise or USCC: two Chinese characters are enough. A combobox with a list box.
import { items, latest } from "./api.js";
import { el, fill } from "./dom.js";
import { settings } from "./settings.js";
import { state } from "./state.js";
import { shortCode, t } from "./text.js";

const WAIT_MS = 220;
const read = latest();
const KINDS = ["station", "grid", "enterprise"];

const enough = (text) => [...text].length >= 2;

// What tells one find from another: another county's name, else its own code.
function hint(row) {
  const other = row.county !== state.county && settings.counties.find((county) => county.code === row.county);
  if (other) return other.name;
  // Codes the importer gave itself say nothing to anybody.
  return row.code?.startsWith("auto-") ? "" : shortCode(row.code, row.county);
}

const near = (row) => (row.county === state.county ? 0 : 1);
const byKind = (a, b) => near(a) - near(b) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.rank - b.rank;

export function install({ field, list, onChoose }) {
  let rows = [];
  let active = -1;
  let timer = 0;

  const close = () => { list.hidden = true; active = -1; field.setAttribute("aria-expanded", "false"); field.removeAttribute("aria-activedescendant"); };

  const choose = (row) => {
    close();
    field.value = row.name;
    onChoose(row);
  };

  const mark = (to) => {
    active = to;
    [...list.querySelectorAll('[role="option"]')].forEach((node, i) => {
      node.setAttribute("aria-selected", String(i === active));
      if (i === active) { node.scrollIntoView({ block: "nearest" }); field.setAttribute("aria-activedescendant", node.id); }
    });
  };

  const show = (nodes) => { fill(list, nodes); list.hidden = false; field.setAttribute("aria-expanded", "true"); };

  const option = (row, i) => el("li", { role: "option", id: `found-${i}`, "aria-selected": "false", on: { mousedown: (event) => event.preventDefault(), click: () => choose(row) } },
    el("span", { class: `found-kind is-${row.kind}` }, t(`page.kind.${row.kind}`)), el("span", { class: "found-name" }, row.name), el("span", { class: "found-code" }, hint(row)));

  async function search() {
    const q = field.value.trim();
    if (!enough(q)) { show(el("li", { class: "found-note" }, t("page.search_more"))); return; }
    try {
      const found = items(await read("search", { q }));
      if (field.value.trim() !== q) return;
      rows = found.filter((row) => KINDS.includes(row.kind)).sort(byKind);
      active = -1;
      show(rows.length ? rows.map(option) : el("li", { class: "found-note" }, t("page.search_none", { q })));
    } catch (error) {
      if (error.name !== "AbortError") show(el("li", { class: "found-note" }, t("page.unreachable")));
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    rows = [];
    if (!field.value.trim()) { close(); return; }
    timer = setTimeout(search, WAIT_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); return; }
    if (event.key === "Enter" && (rows[active] ?? rows[0])) { event.preventDefault(); choose(rows[active] ?? rows[0]); return; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !rows.length) return;
    event.preventDefault();
    mark((active + step + rows.length) % rows.length);
  });
  field.addEventListener("blur", () => setTimeout(close, 120));
  field.addEventListener("focus", () => field.value.trim() && rows.length && show(rows.map(option)));
}
