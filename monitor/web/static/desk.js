"use strict";
// Dates in the reader's zone; j and k walk through a list, o opens, / filters, ? shows the keys.
const desk = {
  localise(root) {
    const now = new Date();
    for (const time of root.querySelectorAll("time")) {
      const at = new Date(time.dateTime);
      time.title = at.toLocaleString([], { dateStyle: "full", timeStyle: "long" });
      const form = { hour: "2-digit", minute: "2-digit" };
      if (at.toDateString() !== now.toDateString()) Object.assign(form, { day: "numeric", month: "short" });
      if (at.getFullYear() !== now.getFullYear()) form.year = "numeric";
      time.textContent = at.toLocaleString([], form);
    }
  },
};
desk.localise(document);
{
  // A page that stays open past midnight says of what was today that it was yesterday.
  const minute = 60000;
  let day = new Date().toDateString();
  setInterval(() => {
    if (day === new Date().toDateString()) return;
    day = new Date().toDateString();
    desk.localise(document);
  }, minute);
}
{
  // A page below another, or reached from it, lights up that one's place in the bar.
  const under = { stories: "/", audit: "/system" }[location.pathname.split("/")[1]] ?? location.pathname;
  for (const link of document.querySelectorAll("nav a")) {
    const own = link.pathname;
    if (own === location.pathname) link.setAttribute("aria-current", "page");
    else if (own === under || (own !== "/" && under.startsWith(`${own}/`))) link.setAttribute("aria-current", "true");
  }
}
{
  const keys = document.getElementById("keys");
  const listed = ".stories > li, main tbody > tr";
  const move = (step) => {
    const items = [...document.querySelectorAll(listed)];
    const from = items.findIndex((item) => item.classList.contains("at"));
    const to = items[Math.max(0, Math.min(items.length - 1, from + step))];
    items[from]?.classList.remove("at");
    to?.classList.add("at");
    to?.querySelector("a.title, a")?.focus({ preventScroll: true });
    to?.scrollIntoView({ block: "nearest" });
  };
  const to = (address) => () => location.assign(address);
  const does = {
    j: () => move(1),
    k: () => move(-1),
    o: () => document.querySelector(":is(.stories > li, main tbody > tr).at :is(a.title, a)")?.click(),
    n: to("/"),
    r: to("/rules"),
    t: to("/try"),
    s: to("/silences"),
    f: to("/feed-health"),
    d: to("/deliveries"),
    y: to("/system"),
    ".": () => scrollTo({ top: 0, behavior: "instant" }),
    "/": () => document.querySelector("main form :is(select, input:not([type=hidden]), textarea)")?.focus(),
    "?": () => (keys.open ? keys.close() : keys.showModal()),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (!Object.hasOwn(does, event.key) || (keys.open && event.key !== "?")) return;
    event.preventDefault();
    does[event.key]();
  });
  document.getElementById("help").addEventListener("click", () => keys.showModal());
  keys.addEventListener("click", (event) => event.target === keys && keys.close());
  // What takes a while says so, and is not sent twice.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.busy) return;
    if (button.ariaBusy === "true") return event.preventDefault();
    button.ariaBusy = "true";
    button.textContent = button.dataset.busy;
  });
  // A page that comes back from the browser's memory is not busy any more.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
