// Why this grid: the sentence the API gives, and who it is about. One shape for cards and lists.
import { feature } from "./api.js";
import { isChinese, metres, t } from "./text.js";

// An enterprise as the API tells it, whichever door it came through.
export function enterprise(raw) {
  const row = feature(raw);
  const told = row.assignment ?? row;
  return {
    id: row.id ?? row.enterprise_id,
    name: row.name,
    uscc: row.uscc,
    band: row.band,
    industry: row.industry_line,
    organization_status: row.organization_status,
    address: row.operating_address ?? row.address,
    point: row.point ?? null,
    accuracy_m: row.location_accuracy_m ?? row.accuracy_m ?? told.params?.accuracy_m ?? null,
    is_invented: row.is_invented,
    assignment: {
      grid: told.grid ?? null,
      other_grid: told.other_grid ?? null,
      fallback: told.fallback ?? null,
      fallback_code: told.fallback_code ?? told.fallback?.code ?? null,
      status: told.status ?? told.assignment_status ?? row.assignment_status,
      method: told.method ?? told.assignment_method ?? row.assignment_method,
      reason: (isChinese ? told.reason_zh : told.reason_en) ?? told.reason ?? null,
      since: told.since ?? told.valid_from ?? null,
      boundary_version: told.boundary_version?.label ?? told.boundary_version ?? null,
      history: told.history ?? row.history ?? [],
    },
  };
}

export function owner(assignment) {
  if (assignment.grid) return [assignment.grid.name, assignment.grid.code].filter(Boolean).join(" ");
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
