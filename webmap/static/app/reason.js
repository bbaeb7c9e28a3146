// Why this grid: the sentence the API gives, and who it is about. One shape for cards and lists.
import { feature } from "./api.js";
import { state } from "./state.js";
import { isChinese, metres, shortCode, shortCodesIn, t } from "./text.js";

// Why, in the language and with the codes of this page; null when the API gives no sentence.
export const sentence = (told) => shortCodesIn((isChinese ? told.reason_zh : told.reason_en) ?? null, state.county);

// An enterprise as the API tells it, whichever door it came through.
export function enterprise(raw) {
  const row = { ...feature(raw), ...raw.enterprise };
  const told = row.assignment ?? row;
  return {
    id: row.id ?? row.enterprise_id,
    name: row.name,
    uscc: row.uscc,
    band: row.band,
    industry: row.industry_line,
    organization_status: row.organization_status,
    address: row.operating_address,
    point: row.point ?? null,
    accuracy_m: row.location_accuracy_m ?? null,
    is_invented: row.is_invented,
    assignment: {
      grid: told.grid ?? null,
      other_grid: told.other_grid ?? null,
      fallback: told.fallback ?? null,
      fallback_code: told.fallback?.code ?? row.fallback_code ?? null,
      status: told.status ?? row.assignment_status,
      method: told.method ?? row.assignment_method,
      reason: sentence(told),
      since: told.valid_from ?? null,
      boundary_version: told.boundary_version ?? null,
      history: row.history ?? [],
    },
  };
}

export const gridTitle = (grid) => [grid.name, shortCode(grid.code, state.county)].filter(Boolean).join(" ");

export function owner(assignment) {
  if (assignment.grid) return gridTitle(assignment.grid);
  if (assignment.fallback?.name) return t("page.fallback_union", { name: assignment.fallback.name });
  if (assignment.fallback_code) return t("page.fallback_union", { name: assignment.fallback_code });
  return t("page.no_owner");
}

export function reasonText(assignment) {
  return assignment.reason ?? t(`assignment_method.${assignment.method}`);
}

export const WAITING = ["boundary_review", "gap_review", "location_pending"];

export const waits = (assignment) => WAITING.includes(assignment.status);

export { metres };
