// Photos go one by one, each with its own key; the order is saved as a whole.
import { newKey, say, t as common } from "../work/page.js";
import { send } from "../work/send.js";
import { station, t } from "./data.js";

let { version } = station;
const upload = document.getElementById("upload");
const list = document.getElementById("photos");

async function addAll(form, files) {
  const receipt = form.querySelector(".receipt");
  const tell = (text, kind) => {
    receipt.textContent = text;
    receipt.className = `receipt is-${kind}`;
    say(text);
  };
  for (const [at, file] of files.entries()) {
    tell(t("photo_sending", { number: at + 1, count: files.length }), "waiting");
    const body = new FormData();
    body.append("photo", file);
    const answer = await send("POST", `/api/v1/stations/${station.id}/photos`, body, { key: newKey(), version });
    if (!answer.ok) {
      tell(answer.sentence, "bad");
      form.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: answer }));
      return;
    }
    version = answer.body.version;
  }
  tell(common("send.saved"), "good");
  window.location.reload();
}

upload?.addEventListener("submit", (event) => event.preventDefault());
upload?.addEventListener("change", (event) => {
  if (event.target.files.length) addAll(upload, [...event.target.files]);
});

list?.addEventListener("click", async (event) => {
  const id = event.target.closest("[data-forward]")?.dataset.forward;
  if (!id) return;
  const ids = list.dataset.ids.split(",");
  const at = ids.indexOf(id);
  [ids[at - 1], ids[at]] = [ids[at], ids[at - 1]];
  const answer = await send("PUT", `/api/v1/stations/${station.id}/photos/order`, { photos: ids.map(Number) }, { version });
  if (answer.ok) window.location.reload();
  else say(answer.sentence);
});
