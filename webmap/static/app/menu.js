// A menu opens at the word it changes. Arrow keys, Home, End, Escape; a tap outside closes it.
import { el, icon, isPhone } from "./dom.js";
import { t } from "./text.js";

let open = null;

export function closeMenu({ focus = true } = {}) {
  if (!open) return;
  const { panel, shade, anchor, key } = open;
  open = null;
  panel.remove();
  shade.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (focus) (anchor.isConnected ? anchor : document.querySelector(`[data-word="${key}"]`))?.focus();
}

function place(panel, anchor) {
  if (isPhone()) { panel.classList.add("is-sheet"); return; }
  const box = anchor.getBoundingClientRect();
  const size = panel.getBoundingClientRect();
  panel.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - size.width - 8))}px`;
  const below = box.bottom + 6;
  panel.style.top = `${below + size.height > window.innerHeight - 8 ? Math.max(8, box.top - size.height - 6) : below}px`;
}

function move(panel, event) {
  const rows = [...panel.querySelectorAll('[role^="menuitem"]:not([aria-disabled="true"])')];
  const at = rows.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); closeMenu(); return; }
  if (to === undefined || event.target.matches("input")) return;
  event.preventDefault();
  rows[(to + rows.length) % rows.length]?.focus();
}

// items: {label, note?, checked?, many?, disabled?, keep?, act?, content?, line?}
function row(item) {
  if (item.content) return el("div", { class: "menu-content" }, item.content);
  const node = el(
    "button",
    {
      type: "button", class: `menu-row${item.line ? " has-line" : ""}`, tabindex: -1,
      role: item.many ? "menuitemcheckbox" : item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      "aria-disabled": item.disabled ? "true" : null,
      on: {
        click: () => {
          if (item.disabled) return;
          if (!item.keep) closeMenu();
          item.act?.(node);
        },
      },
    },
    item.many ? el("span", { class: "tick-box", "aria-hidden": "true" }, icon("check")) : null,
    el("span", { class: "menu-label" }, item.label),
    item.note ? el("span", { class: "menu-note" }, item.note) : null,
    !item.many && item.checked ? icon("check", "menu-tick") : null,
  );
  return node;
}

export function openMenu(anchor, { title, items, key = "" }) {
  const again = open?.anchor === anchor;
  closeMenu({ focus: false });
  if (again) return;
  const shade = el("div", { class: "menu-shade", on: { click: () => closeMenu() } });
  const panel = el("div", { class: "menu", role: "menu", "aria-label": title, on: { keydown: (event) => move(panel, event) } });
  panel.append(el("p", { class: "menu-title" }, title), ...items.map(row));
  document.body.append(shade, panel);
  open = { panel, shade, anchor, key };
  anchor.setAttribute("aria-expanded", "true");
  place(panel, anchor);
  (panel.querySelector('[aria-checked="true"]') ?? panel.querySelector('[role^="menuitem"]'))?.focus();
}

// An underlined word of a sentence: a real button with a full name.
export function word(key, { label, text, items, disabled = false }) {
  const button = el(
    "button",
    {
      type: "button", class: "word", data: { word: key }, "aria-haspopup": "menu", "aria-expanded": "false", disabled,
      "aria-label": t("page.word_name", { label, text }),
    },
    el("span", { class: "word-text" }, text),
  );
  button.addEventListener("click", () => openMenu(button, { title: label, items: items(), key }));
  return button;
}
