// Deciding who is responsible: two or three owners to choose from, a reason, one button. Used on the map and on
// the page of what waits.
import { locale, say, t } from "../work/page.js";
import { send } from "../work/send.js";
import { el } from "./dom.js";

// Codes without the county they are all in: 410102G016 reads G016; twelve digits of a community stay.
export const shortCode = (code) => (/^\d{6}(?=\D)/.test(code ?? "") ? code.slice(6) : code ?? "");
export const shortCodes = (text) => (text ?? "").replace(/\d{6}(?=[A-Za-z])/g, "");
export const why = (told) => shortCodes(locale === "zh" ? told.reason_zh : told.reason_en);

const title = (choice) => `${choice.name} ${choice.owner.startsWith("grid:") ? shortCode(choice.code) : ""}`.trim();

function people(choice) {
  if (choice.liaison) return t("decide.liaison", { name: choice.liaison.name });
  if (choice.acting) return t("decide.acting", { name: choice.acting.name });
  return choice.owner.startsWith("grid:") ? t("decide.nobody") : t("decide.union");
}

function place(choice) {
  if (choice.is_now) return t("decide.is_now");
  if (choice.distance_m === null) return "";
  return choice.distance_m === 0 ? t("decide.inside") : t("decide.distance", { m: Math.round(choice.distance_m) });
}

const option = (choice) => el("label", { class: "choice" },
  el("input", { type: "radio", name: "owner", value: choice.owner, required: true }),
  el("span", {}, el("b", {}, `${t("decide.to")}${title(choice)}`), el("small", {}, people(choice)), el("small", {}, place(choice))));

// `told` is the answer of /enterprises/<id>/owner-choices; `done` hears that it was settled.
export function decisionForm(told, done) {
  const receipt = el("p", { class: "receipt", role: "status" });
  const button = el("button", { type: "submit", class: "button is-primary" }, t("decide.settle"));
  const reason = el("input", { class: "input", name: "reason", required: true, maxlength: 500, autocomplete: "off", placeholder: t("decide.reason"), "aria-label": t("decide.reason") });
  const tell = (text, kind, ...more) => {
    receipt.className = `receipt is-${kind}`;
    receipt.replaceChildren(text, ...more);
    say(text);
  };
  const form = el("form", { class: "decide" },
    el("fieldset", { class: "choices" }, el("legend", { class: "unseen" }, t("decide.choose")), told.choices.map(option)),
    el("div", { class: "decide-line" }, reason, button), receipt);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    tell(t("send.sending"), "waiting");
    const body = { owner: new FormData(form).get("owner"), reason: reason.value.trim() };
    if (!body.reason) { tell(t("decide.reason_missing"), "bad"); button.disabled = false; reason.focus(); return; }
    const answer = await send("POST", `/api/v1/enterprises/${told.enterprise_id}/owner`, body, { version: told.based_on });
    if (answer.ok) {
      tell(t("decide.settled"), "good");
      done(answer.body);
      return;
    }
    // Decided by somebody else meanwhile: nothing to press again here.
    button.disabled = answer.status === 409;
    tell(answer.sentence, "bad");
  });
  return form;
}
