// Which union to ask: the place goes once to the server, in the body of a request that nobody keeps.
import { byId, el, fill, icon } from "../app/dom.js";
import { say } from "./page.js";
import { canLocate, installTyping, locate } from "./find-place.js";
import { data, t } from "./find-text.js";

const ANSWERED_WITHIN_MS = 15000;
let map = null;

async function ask(lon, lat) {
  const response = await fetch("/api/v1/find/union", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": data.locale, ...token() },
    body: JSON.stringify({ lon, lat }),
    signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
  });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

// Who is signed in must show it, also here.
function token() {
  const { csrf } = JSON.parse(byId("page-data").textContent);
  return csrf ? { "X-CSRF-Token": csrf } : {};
}

function show(found) {
  const phone = found.phone ?? found.hotline;
  fill(byId("answer"),
    el("h2", {}, found.name ?? t(found.known ? "find.union.none" : "find.union.outside")),
    found.invented && el("span", { class: "tag is-dashed" }, t("page.demo")),
    found.address && el("p", { class: "station-access" }, icon("pin"), el("span", {}, found.address)),
    found.hours && el("p", { class: "station-access" }, icon("clock"), el("span", {}, found.hours)),
    el("a", { class: "button is-primary is-wide", href: `tel:${phone}` }, icon("phone"),
      t(found.phone ? "find.union.call" : "find.union.hotline", { phone })));
  byId("answer").hidden = false;
  byId("answer").scrollIntoView({ block: "nearest" });
}

async function goTo([lon, lat]) {
  try {
    show(await ask(lon, lat));
    map?.show({ place: [lon, lat], rows: [], minute: 0 });
    byId("locate-note").textContent = t("find.union.private");
  } catch {
    byId("locate-note").textContent = t("find.offline");
    say(t("find.offline"));
  }
}

byId("union-ask").hidden = false;
if (!canLocate()) {
  byId("locate").disabled = true;
  byId("locate-note").textContent = t("find.place.insecure");
}
byId("locate").addEventListener("click", async () => {
  byId("locate-note").textContent = t("find.place.locating");
  try {
    await goTo(await locate());
  } catch (error) {
    byId("locate-note").textContent = t(`find.place.${error.message}`);
    byId("typed").focus();
  }
});
byId("tap").addEventListener("click", async () => {
  const { SmallMap } = await import("./find-map.js");
  byId("map").hidden = false;
  map ??= new SmallMap(byId("map"), { county: () => data.county, tapped: goTo });
  map.show({ place: null, rows: [], minute: 0 });
  map.say(t("find.tap_now"));
});
installTyping({
  input: byId("typed"),
  list: byId("matches"),
  county: () => data.county,
  choose: goTo,
});
