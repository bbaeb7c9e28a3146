// The dark bar: no signal, what waits, an older list. And the service worker, for the pages of one user.
import { el, fill, icon } from "../app/dom.js";
import { drop, again, flush, onChange, REFUSED, start } from "./outbox.js";
import { LAST_USER, tidy, user } from "./kept.js";
import { say } from "./page.js";
import { clock, t } from "./words.js";

const bar = document.getElementById("signal");
const keptAt = document.documentElement.dataset.keptAt;
const NEXT_PAGES = 12;
let was = 0;

function wordsOf({ items, offline, sending, signedOut }) {
  const waiting = items.filter((item) => item.state !== REFUSED).length;
  const parts = [];
  if (signedOut && waiting) parts.push([t("signal.signed_out"), t("signal.kept_until_sign_in", { n: waiting })]);
  else if (offline) parts.push([t("signal.offline"), waiting ? t("signal.kept", { n: waiting }) : t("signal.works")]);
  else if (waiting) parts.push([sending ? t("signal.sending") : t("signal.unsent"), t("signal.waiting", { n: waiting })]);
  if (keptAt) parts.push([t("signal.kept_page", { time: clock(keptAt) }), ""]);
  return parts;
}

function show(state) {
  const parts = wordsOf(state);
  const refused = state.items.filter((item) => item.state === REFUSED);
  const sent = was - state.items.length;
  was = state.items.length;
  if (bar) {
    bar.hidden = !parts.length && !refused.length;
    fill(
      bar,
      icon(state.offline || keptAt ? "offline" : "clock"),
      el("span", {}, ...parts.flatMap(([strong, rest], i) => [i ? " " : "", el("strong", {}, strong), rest ? ` · ${rest}` : ""]),
        refused.length ? `${parts.length ? " " : ""}${t("signal.refused", { n: refused.length })}` : ""),
      state.signedOut && state.items.length ? el("a", { href: `/login?next=${encodeURIComponent(location.pathname)}` }, t("signal.sign_in")) : null,
      keptAt && !state.offline ? el("button", { type: "button", on: { click: () => location.reload() } }, t("signal.reload")) : null,
    );
  }
  mark(state.items);
  showRefused(refused);
  if (sent > 0 && !state.offline) say(t("signal.sent", { n: sent }));
}

// Cards with something unsent say so.
function mark(items) {
  const unsent = new Set(items.map((item) => String(item.enterprise)));
  for (const tag of document.querySelectorAll("[data-unsent]")) tag.hidden = !unsent.has(tag.dataset.unsent);
}

// What the server refused stays, with what changed and by whom; the person decides.
function showRefused(items) {
  const place = document.getElementById("refused");
  if (!place) return;
  const only = place.dataset.enterprise;
  const shown = items.filter((item) => !only || String(item.enterprise) === only);
  fill(place, ...shown.map(refusedItem));
}

function refusedItem(item) {
  const { problem } = item;
  const changed = Array.isArray(problem.params?.changed) ? problem.params.changed.join(t("words.comma")) : "";
  const version = problem.params?.version;
  return el("section", { class: "refused-item", role: "alert" },
    el("h3", {}, t("refused.title", { what: item.label, name: item.name })),
    el("p", {}, problem.detail ?? t("refused.unknown")),
    changed ? el("p", {}, t("refused.changed", { what: changed })) : null,
    el("p", {}, t("refused.yours", { text: item.summary ?? "", time: clock(item.made_at) })),
    el("div", { class: "ways" },
      el("button", { type: "button", class: "button", on: { click: () => again(item.key, version ? { version } : {}) } }, t("refused.again")),
      el("a", { class: "button", href: `/work/enterprises/${item.enterprise}` }, t("refused.open")),
      el("button", { type: "button", class: "link", on: { click: () => { if (window.confirm(t("refused.sure"))) drop(item.key); } } }, t("refused.drop")),
    ));
}

async function keepPages() {
  if (!("serviceWorker" in navigator)) return;
  const worker = await navigator.serviceWorker.register("/worker.js", { scope: "/" }).then(() => navigator.serviceWorker.ready).catch(() => null);
  const active = worker?.active;
  if (!active) return;
  // Somebody else's pages must not open for this user.
  if (localStorage.getItem(LAST_USER) !== String(user)) {
    active.postMessage({ forget: true });
    localStorage.setItem(LAST_USER, String(user));
  }
  if (keptAt) return;
  active.postMessage({ keep: [location.pathname + location.search, "/my-grid"], now: true });
  const due = [...document.querySelectorAll("a.due-card-body")].slice(0, NEXT_PAGES).map((link) => link.getAttribute("href"));
  if (due.length) active.postMessage({ keep: due });
}

onChange(show);
tidy();
start();
keepPages();

window.tenminOutbox = { flush };
