// The counter of the section in view is the marked one.
const links = [...document.querySelectorAll(".counter")];
const sections = links.map((link) => document.getElementById(link.hash.slice(1))).filter(Boolean);

function mark(id) {
  for (const link of links) {
    if (link.hash === `#${id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

let chosen = 0;
const seen = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) seen.add(entry.target); else seen.delete(entry.target);
  const first = sections.find((section) => seen.has(section));
  if (first && Date.now() - chosen > 800) mark(first.id);
}, { rootMargin: "-80px 0px -40% 0px" });
sections.forEach((section) => watcher.observe(section));

for (const link of links) link.addEventListener("click", () => { chosen = Date.now(); mark(link.hash.slice(1)); });
