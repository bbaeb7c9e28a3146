// Sending a file in: first the file as it is, with a bar, then what it is; then the page of its preview.
import { newKey, say, t } from "./page.js";
import { send } from "./send.js";
import { upload } from "./upload.js";

const form = document.getElementById("import-form");
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

// Fields that only some kinds or datums need.
function fit() {
  for (const [attribute, name] of [["forKind", "kind"], ["forDatum", "datum"]]) {
    const chosen = field(name).value;
    const selector = attribute === "forKind" ? "[data-for-kind]" : "[data-for-datum]";
    for (const box of form.querySelectorAll(selector)) {
      box.hidden = box.dataset[attribute] !== chosen;
      box.querySelector("input").required = !box.hidden;
    }
  }
}

function wanted(id) {
  const text = (name) => field(name)?.value || null;
  const isEpsg = text("datum") === "epsg";
  return {
    upload: id,
    kind: text("kind"),
    datum: isEpsg ? null : text("datum"),
    epsg: isEpsg ? Number(text("epsg")) : null,
    county: text("county"),
    version_label: text("kind") === "grids" ? text("version_label") : null,
    source_department: text("source_department"),
    all_or_nothing: field("all_or_nothing").checked,
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
  const answer = await send("POST", "/api/v1/imports", wanted(sent.id), { key: sent.key });
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
