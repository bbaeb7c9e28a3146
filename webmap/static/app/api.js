// Reading the API. An answer, or an error that says which kind: unreachable, or refused with a stable code.
import { settings } from "./settings.js";

export class ApiError extends Error {
  constructor(code, status, detail) {
    super(detail || code);
    this.code = code;
    this.status = status;
  }
  get unreachable() {
    return this.status === 0 || this.status >= 502;
  }
}

export async function get(path, params = {}, { signal } = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, value);
  }
  query.set("lang", settings.locale);
  let response;
  try {
    response = await fetch(`${settings.api}/${path}?${query}`, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("unreachable", 0);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(body?.code ?? "unreadable", response.status, body?.detail);
  if (body === null) throw new ApiError("unreadable", 502);
  return body;
}

// Items of a list answer, whether it is plain or GeoJSON.
export function items(answer) {
  if (Array.isArray(answer)) return answer;
  const rows = answer.items ?? answer.results ?? answer.assignments ?? answer.features ?? [];
  return rows.map((row) => (row.type === "Feature" ? feature(row) : row));
}

export function feature(row) {
  if (row.type !== "Feature") return row;
  const point = row.geometry?.type === "Point" ? row.geometry.coordinates : null;
  return { id: row.id, point, ...row.properties };
}

// One request of a kind at a time: a newer question cancels the older one.
export function latest() {
  let controller = null;
  return (path, params) => {
    controller?.abort();
    controller = new AbortController();
    return get(path, params, { signal: controller.signal });
  };
}
