// The service worker: today's list opens without signal. RELEASE is put before this file by the server: the
// version of the program and the files of its shell. Network first, always; what was kept is only for when
// the network does not answer, and says of what hour it is. Nothing of /api is ever kept, so no phone is.
const { version, shell } = self.RELEASE;
const SHELL = `tenmin-shell-${version}`;
const PAGES = `tenmin-pages-${version}`;
const KEPT_PAGES = 40;
const PATIENCE_MS = 5000;
const FRESH_MS = 6 * 60 * 60 * 1000;
const KEEPABLE = /^\/(my-grid(\/enterprises|\/map|\/print)?|work\/enterprises\/\d+)$/;
const SESSION = /^\/(login|logout)$/;
const NO_PAGE = "/offline";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll([...shell, NO_PAGE])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

async function dropOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("tenmin-") && name !== SHELL && name !== PAGES);
  await Promise.all(old.map((name) => caches.delete(name)));
}

const forget = () => caches.delete(PAGES);

self.addEventListener("message", (event) => {
  if (event.data?.forget) event.waitUntil(forget());
  if (event.data?.keep) event.waitUntil(keepAll(event.data.keep, Boolean(event.data.now)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method !== "GET") {
    // Who signs in or out may be somebody else than the one whose pages are here.
    if (SESSION.test(url.pathname)) event.waitUntil(forget());
    return;
  }
  if (request.mode === "navigate" && KEEPABLE.test(url.pathname)) event.respondWith(page(request, url));
  else if (shell.includes(url.pathname)) event.respondWith(file(request, url));
});

async function file(request, url) {
  try {
    const response = await fetch(request);
    if (response.status < 500) return response;
  } catch {
    // fall through to what was kept
  }
  const cache = await caches.open(SHELL);
  return (await cache.match(url.pathname)) ?? Response.error();
}

async function page(request, url) {
  const kept = find(url);
  const fresh = fetch(request).then(async (response) => {
    if (response.status >= 500) throw new Error(String(response.status));
    if (isKeepable(response)) await keep(url, response.clone());
    return response;
  });
  const otherwise = fresh.catch(async () => (await kept) ?? (await caches.match(NO_PAGE)) ?? Response.error());
  const impatient = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); }).then(async () => (await kept) ?? otherwise);
  return Promise.race([otherwise, impatient]);
}

const isKeepable = (response) =>
  response.ok && !response.redirected && response.headers.get("Content-Type")?.startsWith("text/html");

// A page is kept with its headers (the policy belongs to its nonces) and with the moment it was made.
async function keep(url, response) {
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Set-Cookie"]) headers.delete(name);
  headers.set("Tenmin-Kept-At", new Date().toISOString());
  const cache = await caches.open(PAGES);
  await cache.put(url.pathname + url.search, new Response(await response.text(), { status: 200, headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - KEPT_PAGES)).map((key) => cache.delete(key)));
}

// The kept page of an address, told of what hour it is; another filter of the same page is better than none.
async function find(url) {
  const cache = await caches.open(PAGES);
  const address = url.pathname + url.search;
  const response = (await cache.match(address)) ?? (await cache.match(address, { ignoreSearch: true }));
  if (!response) return null;
  const at = response.headers.get("Tenmin-Kept-At");
  const text = (await response.text()).replace("<html", `<html data-kept-at="${at}"`);
  return new Response(text, { status: 200, headers: response.headers });
}

async function keepAll(addresses, now) {
  for (const address of addresses) {
    const url = new URL(address, self.location.origin);
    if (url.origin === self.location.origin && KEEPABLE.test(url.pathname) && (now || (await isOld(url)))) await renew(url);
  }
}

async function isOld(url) {
  const cache = await caches.open(PAGES);
  const response = await cache.match(url.pathname + url.search);
  return !response || Date.now() - Date.parse(response.headers.get("Tenmin-Kept-At")) > FRESH_MS;
}

async function renew(url) {
  try {
    const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (isKeepable(response)) await keep(url, response);
  } catch {
    // no signal: the older one stays
  }
}
