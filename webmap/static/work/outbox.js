// Visits and reports wait here until the server has answered for each. An item is kept before it is sent and
// leaves only with an answer; its id makes a second sending harmless. What is refused stays, with the reason.
import { dropUnsent, keepUnsent, listUnsent, newKey, readUnsent, user } from "./kept.js";

const TIMEOUT_MS = 20000;
const AGAIN_MS = 30000;
const LOCK = `tenmin-outbox-${user}`;

export const WAITING = "waiting";
export const REFUSED = "refused";

const listeners = new Set();
let state = { sending: false, offline: !navigator.onLine, signedOut: false };

export const onChange = (listener) => listeners.add(listener);
const tell = (change = {}) => {
  state = { ...state, ...change };
  for (const listener of listeners) listener({ ...state, items: listUnsent() });
};

// Keeps an item and tries to send it. Answers {kept, sent, refused, item}.
export async function post(item) {
  const whole = { key: newKey(), made_at: new Date().toISOString(), state: WAITING, ...item };
  const kept = keepUnsent(whole);
  if (!kept) return { kept: false, ...(await sendOne(whole, await token())) };
  tell();
  const answers = await flush();
  const left = readUnsent(whole.key);
  return { kept: true, sent: !left, refused: left?.state === REFUSED, item: left ?? whole, body: answers.get(whole.key) };
}

export function drop(key) {
  dropUnsent(key);
  tell();
}

// Try a refused item again, perhaps over a newer version: a new id, because it is a new wish.
export function again(key, changes = {}) {
  const item = readUnsent(key);
  if (!item) return Promise.resolve(new Map());
  dropUnsent(key);
  keepUnsent({ ...item, ...changes, key: newKey(), state: WAITING, problem: undefined });
  tell();
  return flush();
}

// Sends what waits, one after the other and in one window only. Answers what the server said, by key.
export async function flush() {
  const answers = new Map();
  if (!listUnsent().some((item) => item.state === WAITING)) {
    tell();
    return answers;
  }
  const work = () => sendAll(answers);
  if (navigator.locks) await navigator.locks.request(LOCK, work);
  else await work();
  return answers;
}

async function sendAll(answers) {
  tell({ sending: true });
  const pass = await token();
  if (!pass.token) {
    tell({ sending: false, offline: Boolean(pass.offline), signedOut: Boolean(pass.signedOut) });
    return;
  }
  let stop = {};
  for (const item of listUnsent().filter((one) => one.state === WAITING)) {
    const answer = await sendOne(item, pass);
    if (answer.sent) {
      answers.set(item.key, answer.body);
      dropUnsent(item.key);
    } else if (answer.refused) {
      keepUnsent({ ...item, state: REFUSED, problem: answer.problem });
    } else {
      stop = answer;
      break;
    }
    tell();
  }
  tell({ sending: false, offline: Boolean(stop.offline), signedOut: Boolean(stop.signedOut) });
}

// The token of the session of now, not of the page's: the page may be of this morning. A session of somebody
// else sends nothing of ours.
async function token() {
  const answer = await call("GET", "/api/v1/me");
  if (answer.offline) return { offline: true };
  if (!answer.ok || answer.body?.user !== user) return { signedOut: true };
  return { token: answer.body.csrf };
}

async function sendOne(item, { token: pass }) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": pass ?? "", "Idempotency-Key": item.key };
  if (item.version) headers["If-Match"] = `"${item.version}"`;
  const answer = await call(item.method ?? "POST", item.path, headers, JSON.stringify(item.body));
  if (answer.ok) return { sent: true, body: answer.body };
  if (answer.offline || answer.status >= 500 || answer.status === 429) return { offline: true };
  if (answer.status === 401 || answer.body?.code === "csrf_token_wrong") return { signedOut: true };
  return { refused: true, problem: problemOf(answer) };
}

const problemOf = ({ status, body }) => ({
  status, code: body?.code, detail: body?.detail, params: body?.params, at: new Date().toISOString(),
});

async function call(method, path, headers = {}, body = undefined) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(path, {
      method, body, headers: { Accept: "application/json", ...headers }, credentials: "same-origin", signal: stop.signal,
    });
    return { ok: response.ok, status: response.status, body: await response.json().catch(() => null) };
  } catch {
    return { ok: false, status: 0, offline: true };
  } finally {
    clearTimeout(timer);
  }
}

// Also after a restart: every page of the liaison's begins with it.
export function start() {
  addEventListener("online", () => { tell({ offline: false }); flush(); });
  addEventListener("offline", () => tell({ offline: true }));
  addEventListener("storage", () => tell());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  setInterval(() => { if (!document.hidden && listUnsent().length) flush(); }, AGAIN_MS);
  tell();
  return flush();
}
