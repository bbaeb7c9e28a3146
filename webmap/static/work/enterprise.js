// One enterprise: folds, the contact that is shown on a tap (and logged), the page anew after a visit.
import { el, fill, icon } from "../app/dom.js";
import { renewToken, send } from "./send.js";
import { say, user } from "./page.js";
import { t } from "./words.js";

for (const button of document.querySelectorAll("[data-unfold]")) {
  const part = document.getElementById(button.dataset.unfold);
  const show = (open) => {
    part.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.setAttribute("aria-controls", part.id);
  // A kept draft opens its form.
  show(Boolean(part.querySelector(".restored")));
  button.addEventListener("click", () => {
    show(part.hidden);
    if (!part.hidden) part.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
}

// The number is asked for, shown, and kept nowhere: not in the page that is stored, not in a draft.
const contact = document.getElementById("contact");
const button = document.getElementById("contact-show");

async function showContact() {
  button.disabled = true;
  let answer = await send("POST", contact.dataset.path, {});
  if (answer.status === 403 && (await renewToken(user))) answer = await send("POST", contact.dataset.path, {});
  button.disabled = false;
  const said = document.getElementById("contact-said");
  if (!answer.ok) {
    said.textContent = answer.offline ? t("contact.offline") : answer.sentence;
    say(said.textContent);
    return;
  }
  const { name, phone } = answer.body;
  document.getElementById("contact-name").textContent = name ?? t("contact.someone");
  document.getElementById("contact-phone").textContent = phone ?? t("contact.no_phone");
  said.textContent = t("contact.noted");
  say(phone ?? t("contact.no_phone"));
  if (phone) {
    const link = el("a", { class: "button is-bold", href: `tel:${phone.replace(/[^\d+]/g, "")}` });
    fill(link, icon("phone"), t("contact.call"));
    button.replaceWith(link);
    link.focus();
  }
}

button?.addEventListener("click", showContact);

document.addEventListener("visit", (event) => { if (event.detail.sent) location.reload(); });
