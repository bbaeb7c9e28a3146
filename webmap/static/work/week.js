// The heat table is one stop for Tab: arrows move inside it, Enter chooses. Without this script every cell is a link of its own.
const table = document.getElementById("heat");
const cellAt = (day, hour) => table.querySelector(`[data-cell="${(day + 7) % 7}-${(hour + 24) % 24}"]`);

function rest(cell) {
  for (const other of table.querySelectorAll("[data-cell]")) other.tabIndex = -1;
  cell.tabIndex = 0;
}

if (table) {
  rest(table.querySelector("[aria-current]") ?? cellAt(0, 0));
  table.addEventListener("keydown", (event) => {
    const at = event.target.dataset?.cell?.split("-").map(Number);
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const [day, hour] = at;
    const to = {
      ArrowRight: [day + 1, hour], ArrowLeft: [day - 1, hour], ArrowDown: [day, hour + 1], ArrowUp: [day, hour - 1],
      Home: [0, hour], End: [6, hour], PageUp: [day, 0], PageDown: [day, 23],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    const cell = cellAt(...to);
    rest(cell);
    cell.focus();
  });
}

// A menu of the sentence closes with Escape, with a tap elsewhere, and when another opens.
const words = [...document.querySelectorAll(".week-word")];
const closeOthers = (kept) => words.forEach((word) => { if (word !== kept) word.open = false; });
words.forEach((word) => word.addEventListener("toggle", () => {
  if (!word.open) return;
  closeOthers(word);
  const menu = word.querySelector(".week-menu");
  const over = menu.getBoundingClientRect().right - document.documentElement.clientWidth + 8;
  if (over > 0) menu.style.left = `${-over}px`;
}));
document.addEventListener("keydown", (event) => {
  const open = words.find((word) => word.open);
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => closeOthers(event.target.closest(".week-word")));
