"use strict";
// Dates in the reader's zone; j and k walk through a list, o opens.
for (const time of document.querySelectorAll("time")) {
  const at = new Date(time.dateTime);
  time.title = time.textContent;
  time.textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
const items = [...document.querySelectorAll(".stories > li")];
let at = -1;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (event.key === "o") items[at]?.querySelector("a.title")?.click();
  if (event.key !== "j" && event.key !== "k") return;
  items[at]?.classList.remove("at");
  at = Math.max(0, Math.min(items.length - 1, at + (event.key === "j" ? 1 : -1)));
  items[at]?.classList.add("at");
  items[at]?.scrollIntoView({ block: "nearest" });
  items[at]?.querySelector("a.title")?.focus();
});
