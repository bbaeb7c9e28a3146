// Long work on a page: the bar moves, the stage is said, a stop is sent, the end reloads the page.
import { newKey, say, t } from "./page.js";
import { send } from "./send.js";

const FIRST_PAUSE_MS = 700;
const LONGEST_PAUSE_MS = 3000;

class Watched {
  constructor(card) {
    this.card = card;
    this.id = card.dataset.job;
    this.bar = card.querySelector("progress");
    this.stage = card.querySelector(".job-stage");
    this.state = card.querySelector(".job-state");
    this.receipt = card.querySelector(".receipt");
    this.button = card.querySelector("[data-cancel]");
    this.button?.addEventListener("click", () => this.cancel());
    this.pause = FIRST_PAUSE_MS;
    this.later();
  }

  later() {
    setTimeout(() => this.look(), this.pause);
    this.pause = Math.min(LONGEST_PAUSE_MS, this.pause * 1.2);
  }

  async look() {
    if (document.hidden) return this.later();
    const answer = await send("GET", `/api/v1/jobs/${this.id}`, null);
    if (answer.ok) return this.show(answer.body);
    if (answer.offline || answer.status === 503) this.tell(t("jobs.js.waiting"));
    else if (answer.status === 401 || answer.status === 404) return window.location.reload();
    return this.later();
  }

  show(job) {
    if (job.is_over) {
      say(`${job.title}：${job.state_text}`);
      return window.location.reload();
    }
    this.tell("");
    if (this.stage.textContent !== job.stage_text) this.stage.textContent = job.stage_text;
    this.state.textContent = job.state_text;
    if (job.share === null) this.bar.removeAttribute("value");
    else this.bar.value = job.share;
    this.bar.textContent = job.share === null ? "" : `${Math.round(job.share * 100)}%`;
    return this.later();
  }

  tell(text, kind = "waiting") {
    this.receipt.textContent = text;
    this.receipt.className = `receipt is-${kind}`;
  }

  async cancel() {
    this.button.disabled = true;
    this.key ??= newKey();
    const answer = await send("POST", `/api/v1/jobs/${this.id}/cancel`, {}, { key: this.key });
    if (answer.ok) return this.show(answer.body);
    this.button.disabled = !answer.offline;
    this.tell(answer.sentence, "bad");
    if (answer.status === 409) window.location.reload();
  }
}

// A form that asks for a job goes where the job is shown.
function follow(event) {
  const form = event.target.closest("form[data-follow]");
  const page = event.detail?.body?.page;
  if (!form || !page) return;
  event.preventDefault();
  if (form.dataset.follow === "reload") window.location.reload();
  else window.location.assign(page);
}

// What is shown at its end has been looked at: the notice goes.
async function markSeen() {
  const shown = [...document.querySelectorAll("[data-ended][data-new]")].map((node) => Number(node.dataset.ended));
  if (!shown.length) return;
  const answer = await send("POST", "/api/v1/jobs/seen", { ids: shown });
  const count = document.getElementById("unseen-jobs");
  if (!answer.ok || !count) return;
  if (answer.body.unseen) count.firstChild.textContent = String(answer.body.unseen);
  else count.remove();
}

document.addEventListener("saved", follow);
document.querySelectorAll(".job[data-job]").forEach((card) => new Watched(card));
markSeen();
