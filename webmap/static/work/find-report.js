// One tap at the door: "locked", "service missing", "wrong place". A few words may follow; never a number.
import { newKey, say } from "./page.js";
import { send } from "./send.js";
import { t } from "./find-text.js";

const section = document.getElementById("report");
const receipt = section.querySelector(".receipt");
const kinds = section.querySelector(".report-kinds");
const more = section.querySelector(".report-more");
const keys = new Map();

function tell(text, kind) {
  receipt.textContent = text;
  receipt.className = `receipt is-${kind}`;
  say(text);
}

async function report(kind) {
  // A second tap, or a second try after a dead spot, is the same report.
  const note = more.elements.note.value.trim() || null;
  const what = JSON.stringify([kind, note]);
  if (!keys.has(what)) keys.set(what, newKey());
  const buttons = [...kinds.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  tell(t("find.report.sending"), "waiting");
  const body = { station: section.dataset.report, kind, note };
  const answer = await send("POST", "/api/v1/reports", body, { key: keys.get(what) });
  for (const button of buttons) button.disabled = answer.ok && button.dataset.kind === kind;
  if (answer.ok) {
    tell(t("find.report.thanks"), "good");
    buttons.find((button) => button.dataset.kind === kind).setAttribute("aria-pressed", "true");
  } else {
    if (!answer.offline) keys.delete(what);
    tell(answer.offline ? t("find.report.offline") : answer.sentence, "bad");
  }
}

kinds.hidden = false;
more.hidden = false;
more.addEventListener("submit", (event) => event.preventDefault());
for (const button of kinds.querySelectorAll("button")) button.addEventListener("click", () => report(button.dataset.kind));
if (window.location.hash === "#report") section.scrollIntoView();
