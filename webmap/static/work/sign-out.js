// Signing out takes half-filled forms and kept pages off this phone. What waits to be sent stays, for the same user.
import { forgetDrafts, LAST_USER } from "./kept.js";

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", () => {
    forgetDrafts();
    localStorage.removeItem(LAST_USER);
    navigator.serviceWorker?.controller?.postMessage({ forget: true });
  });
}
