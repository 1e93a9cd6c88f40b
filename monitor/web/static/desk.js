"use strict";
// Dates in the reader's zone; j and k walk through a list, o opens, / filters, ? shows the keys.
const desk = {
  localise(root) {
    for (const time of root.querySelectorAll("time")) {
      const at = new Date(time.dateTime);
      time.title = time.textContent;
      const today = at.toDateString() === new Date().toDateString();
      time.textContent = at.toLocaleString([], today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
    }
  },
};
desk.localise(document);
for (const link of document.querySelectorAll("nav a"))
  if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
{
  const keys = document.getElementById("keys");
  const move = (step) => {
    const items = [...document.querySelectorAll(".stories > li")];
    const from = items.indexOf(document.querySelector(".stories > li.at"));
    const to = items[Math.max(0, Math.min(items.length - 1, from + step))];
    items[from]?.classList.remove("at");
    to?.classList.add("at");
    to?.querySelector("a.title")?.focus({ preventScroll: true });
    to?.scrollIntoView({ block: "nearest" });
  };
  const does = {
    j: () => move(1),
    k: () => move(-1),
    o: () => document.querySelector(".stories > li.at a.title")?.click(),
    n: () => location.assign("/"),
    r: () => location.assign("/rules"),
    t: () => location.assign("/try"),
    "/": () => document.querySelector("form select, form input, form textarea")?.focus(),
    "?": () => (keys.open ? keys.close() : keys.showModal()),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (!Object.hasOwn(does, event.key) || (keys.open && event.key !== "?")) return;
    event.preventDefault();
    does[event.key]();
  });
  document.getElementById("help").addEventListener("click", () => keys.showModal());
  keys.addEventListener("click", (event) => event.target === keys && keys.close());
}
