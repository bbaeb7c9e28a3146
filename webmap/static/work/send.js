// Sending a write: with the token of the session, a key that makes it happen once, the version it is based on.
import { locale, session, t } from "./page.js";

// Always resolves: { ok, status, body, offline, sentence }. `offline` means it may be sent again with the same key.
export async function send(method, path, body, { key = null, version = null } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": locale };
  if (session.csrf) headers["X-CSRF-Token"] = session.csrf;
  if (key) headers["Idempotency-Key"] = key;
  if (version !== null && version !== undefined && version !== "") headers["If-Match"] = `"${version}"`;
  const isFile = body instanceof FormData;
  if (body !== null && body !== undefined && !isFile) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, credentials: "same-origin", body: body === null || body === undefined || isFile ? body ?? undefined : JSON.stringify(body) });
  } catch {
    return { ok: false, status: 0, body: null, offline: true, sentence: t("send.offline") };
  }
  const answer = await response.json().catch(() => null);
  const gone = response.status >= 502;
  return { ok: response.ok, status: response.status, body: answer, offline: gone, sentence: response.ok ? "" : answer?.detail ?? t("send.failed") };
}

// After the session was renewed: the token of the new one, if it is the same user's. Returns whether it is.
export async function renewToken(user) {
  try {
    const response = await fetch("/api/v1/me", { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!response.ok) return false;
    const me = await response.json();
    if (me.user !== user) return false;
    session.csrf = me.csrf;
    return true;
  } catch {
    return false;
  }
}
