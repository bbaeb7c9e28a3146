// Where somebody is: by the phone, by a typed name, or by a tap. The place lives in a variable of this page only.
import { el, fill, icon } from "../app/dom.js";
import { straightMetres } from "./find-order.js";
import { data, read, t } from "./find-text.js";

const MAX_MATCHES = 8;
const NEAR_M = { area: 800, division: 0, station: 150, street: 300 };
const LOCATE_MS = 12000;
const SAID_LENGTH = 12;
const KIND_ORDER = { station: 0, area: 1, division: 2, street: 3 };

const named = new Map();

// Names of a county: [name, kind, note, lon, lat], read once, whole.
export function places(county) {
  if (!named.has(county)) {
    const reading = read(`${data.api ?? "/api/v1"}/find/places?county=${county}`).then(({ body }) => body.places);
    reading.catch(() => named.delete(county));
    named.set(county, reading);
  }
  return named.get(county);
}

// The name by which people would call a place: the nearest one, if it is near.
export async function nameOf(place, county) {
  const all = await places(county).catch(() => []);
  let best = null;
  for (const [name, kind, , lon, lat] of all) {
    if (name.length > SAID_LENGTH) continue;
    const metres = straightMetres(place, [lon, lat]);
    // A street or a quarter says more than the long name of a station.
    const order = kind === "station" ? 1e6 + metres : metres;
    if (metres <= NEAR_M[kind] && (!best || order < best.order)) best = { name, order };
  }
  return best?.name ?? null;
}

// Counties whose box holds a place; the box is all the browser knows of them.
export const countiesAt = ([lon, lat]) =>
  data.counties.filter(({ bounds: [west, south, east, north] }) => west <= lon && lon <= east && south <= lat && lat <= north);

export function canLocate() {
  return window.isSecureContext && "geolocation" in navigator;
}

// Resolves to [lon, lat], or rejects with "insecure", "refused" or "failed".
export function locate() {
  if (!canLocate()) return Promise.reject(new Error("insecure"));
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve([coords.longitude, coords.latitude]),
      (error) => reject(new Error(error.code === error.PERMISSION_DENIED ? "refused" : "failed")),
      { enableHighAccuracy: true, timeout: LOCATE_MS, maximumAge: 60000 },
    );
  });
}

export async function isGranted() {
  if (!canLocate()) return false;
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
  } catch {
    return false;
  }
}

function match(all, text) {
  const wanted = text.toLowerCase();
  return all
    .map((one) => ({ one, at: one[0].toLowerCase().indexOf(wanted) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || a.one[0].length - b.one[0].length || KIND_ORDER[a.one[1]] - KIND_ORDER[b.one[1]])
    .slice(0, MAX_MATCHES)
    .map(({ one }) => one);
}

// A box to type a place into; `choose` gets the place and its name. Nothing typed is sent: names are matched here.
export function installTyping({ input, list, county, choose }) {
  let found = [];
  let active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function pick(number) {
    const [name, , , lon, lat] = found[number];
    input.value = name;
    close();
    choose([lon, lat], name);
  }

  function draw() {
    fill(list, found.map(([name, kind, note], number) =>
      el("li", { role: "option", id: `match-${number}`, "aria-selected": String(number === active), on: { click: () => pick(number) } },
        icon(kind === "station" ? "station" : "pin"),
        el("span", {}, el("strong", {}, name), " ", el("small", {}, note || t(`find.kind.${kind}`))))),
      !found.length && el("li", { class: "none" }, t("find.no_match")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (active >= 0) input.setAttribute("aria-activedescendant", `match-${active}`);
  }

  async function look() {
    const text = input.value.trim();
    if (!text) return close();
    const all = await places(county()).catch(() => []);
    if (input.value.trim() !== text) return undefined;
    found = match(all, text);
    active = found.length ? 0 : -1;
    return draw();
  }

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      active = Math.max(0, Math.min(found.length - 1, active + (event.key === "ArrowDown" ? 1 : -1)));
      draw();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      pick(active);
    } else if (event.key === "Escape") close();
  });
}
