// Sending a file as it is, with a bar that fills.
import { locale, session, t } from "./page.js";

export function upload(file, bar) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Accept-Language", locale);
    request.setRequestHeader("X-CSRF-Token", session.csrf);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      const ok = request.status === 201;
      resolve({ ok, body: request.response, sentence: ok ? "" : request.response?.detail ?? t("send.failed") });
    });
    request.addEventListener("error", () => resolve({ ok: false, sentence: t("send.offline") }));
    request.send(file);
  });
}
