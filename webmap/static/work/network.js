// A file of streets: sent as it is, then what it is; then the page of the job that reads it.
import { newKey, say, t } from "./page.js";
import { send } from "./send.js";
import { upload } from "./upload.js";

const form = document.getElementById("network-form");
const bar = form.querySelector("progress");
const receipt = form.querySelector(".receipt");
const button = form.querySelector("button[type=submit]");
const field = (name) => form.elements.namedItem(name);
let sent = null; // the upload of the chosen file, so that a second try does not send it again

function tell(text, kind) {
  receipt.textContent = text;
  receipt.className = `receipt is-${kind}`;
  say(text);
}

function fit() {
  for (const box of form.querySelectorAll("[data-for-datum]")) {
    box.hidden = box.dataset.forDatum !== field("datum").value;
    box.querySelector("input").required = !box.hidden;
  }
}

function wanted(id) {
  const isEpsg = field("datum").value === "epsg";
  return {
    upload: id,
    county: field("county").value,
    label: field("label").value.trim(),
    datum: isEpsg ? null : field("datum").value,
    epsg: isEpsg ? Number(field("epsg").value) : null,
    credit: field("credit").value.trim() || null,
  };
}

async function go() {
  const file = field("file").files[0];
  if (sent?.file !== file) {
    bar.hidden = false;
    tell(t("jobs.js.sending"), "waiting");
    const answer = await upload(file, bar);
    bar.hidden = true;
    if (!answer.ok) return tell(answer.sentence, "bad");
    sent = { file, id: answer.body.id, key: null };
  }
  sent.key ??= newKey();
  const answer = await send("POST", "/api/v1/networks", wanted(sent.id), { key: sent.key });
  if (!answer.offline) sent.key = null;
  if (!answer.ok) return tell(answer.sentence, "bad");
  tell(t("jobs.js.looking"), "good");
  window.location.assign(answer.body.page);
}

form.addEventListener("change", fit);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  await go();
  button.disabled = false;
});
fit();
