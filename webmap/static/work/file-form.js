// A form with a file: first the file as it is, with a bar, then what it is; then the page of what became of it.
import { newKey, say, t } from "./page.js";
import { send } from "./send.js";
import { upload } from "./upload.js";

// `wanted(id, field)` is the body to send; `needs` are the fields on which others depend: box attribute -> field name.
export function install(form, { path, wanted, needs }) {
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
    for (const [attribute, name] of Object.entries(needs)) {
      for (const box of form.querySelectorAll(`[${attribute}]`)) {
        box.hidden = box.getAttribute(attribute) !== field(name).value;
        box.querySelector("input").required = !box.hidden;
      }
    }
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
    const answer = await send("POST", path, wanted(sent.id, field), { key: sent.key });
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
}

// A named datum, or the number of a reference system.
export function datumOf(field) {
  const isEpsg = field("datum").value === "epsg";
  return { datum: isEpsg ? null : field("datum").value || null, epsg: isEpsg ? Number(field("epsg").value) : null };
}
