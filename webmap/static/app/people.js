// Who answers for the grids of a county, for those who may know it: asked once a county.
import { get } from "./api.js";
import { may } from "./rights.js";
import { state } from "./state.js";
import { t } from "./text.js";

const counties = new Map();
let onKnown = () => {};

export function install(redraw) {
  onKnown = redraw;
}

function known() {
  const { county } = state;
  if (!may("people", county)) return null;
  if (!counties.has(county)) {
    counties.set(county, new Map());
    get("grids/people", { county }).then((answer) => {
      counties.set(county, new Map(answer.grids.map((row) => [row.grid_id, row])));
      onKnown();
    }).catch(() => counties.delete(county));
  }
  return counties.get(county);
}

// "穆棠", "缺联络员，闻人朗 代管", or nothing where nothing is known.
export function liaisonOf(gridId) {
  const row = known()?.get(gridId);
  if (!row) return "";
  if (row.liaison) return row.liaison.name;
  return row.acting ? t("page.people.acting", { name: row.acting.name }) : t("page.people.nobody");
}

const withPhone = (one) => (one ? [one.name, one.work_phone].filter(Boolean).join("　") : null);

// Rows of a card's facts: liaison and cadre with the number colleagues may call.
export function peopleFacts(gridId) {
  const row = known()?.get(gridId);
  if (!row) return [];
  return [
    [t("page.people.liaison"), withPhone(row.liaison) ?? liaisonOf(gridId)],
    [t("page.people.cadre"), withPhone(row.cadre) ?? t("page.people.vacant")],
  ];
}
