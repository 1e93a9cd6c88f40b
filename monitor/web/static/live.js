"use strict";
// Takes new and changed stories into Now while it can be seen. Rows come rendered, with everything escaped.
{
  const line = document.getElementById("line");
  const list = document.getElementById("stories");
  const fresh = document.getElementById("fresh");
  const most = 200; // rows kept
  const patience = 40000; // ms without a sign; the desk gives one every 15 s
  const again = 5000; // ms until the next try where the browser has given up
  const settling = 5000; // ms until a page is read anew
  const away = 30000; // ms until a page in a hidden tab asks what alerted
  const grace = 3000; // ms in which a browser that comes back by itself need not be told of
  let worry = null;
  let late = null;
  let source = null;
  let asked = document.querySelector("form[data-events]")?.dataset.events;
  let heard = 0;
  let unseen = new Set();
  let overfull = false;
  const title = document.title;
  const countable = 99;
  const alerts = new Set(); // stories that alerted while nobody looked
  let counted = ""; // how far a hidden page has counted

  const say = (text, state) => {
    if (line.textContent !== text) line.textContent = text;
    line.dataset.state = state;
  };
  const tellAlerts = () => {
    const number = alerts.size > countable ? `${countable}+` : alerts.size;
    const said = alerts.size ? `(${number}) ${title}` : title;
    if (document.title !== said) document.title = said;
  };
  const looked = () => {
    if (document.hidden || !document.hasFocus()) return;
    alerts.clear();
    tellAlerts();
  };
  const alerted = (stories) => {
    for (const id of stories) if (alerts.size <= countable) alerts.add(id);
    tellAlerts();
  };
  const row = (html) => {
    const made = document.createElement("template");
    made.innerHTML = html;
    desk.localise(made.content);
    return made.content.querySelector("li");
  };
  const find = (id) => list.querySelector(`li[data-story="${CSS.escape(id)}"]`);
  const moment = (item) => Date.parse(item.querySelector("time").dateTime);
  const place = (item) => {
    const next = [...list.children].find((other) => moment(other) <= moment(item));
    list.insertBefore(item, next ?? null);
  };
  const atTop = () => scrollY < 60;
  const keepingPlace = (change) => {
    const seen = [...list.children].find((item) => item.getBoundingClientRect().bottom > 0);
    const before = seen?.getBoundingClientRect().top;
    change();
    if (!atTop() && seen?.isConnected) scrollBy({ top: seen.getBoundingClientRect().top - before, behavior: "instant" });
  };
  const tellFresh = () => {
    fresh.hidden = unseen.size === 0;
    fresh.firstElementChild.textContent = `${unseen.size} new or changed above`;
  };
  const trim = () => {
    while (list.children.length > most && list.lastElementChild.getBoundingClientRect().top > innerHeight)
      list.lastElementChild.remove();
  };
  const take = ({ id, html, alert }) => {
    if (alert && (document.hidden || !document.hasFocus())) alerted([id]);
    const made = row(html);
    const old = find(id);
    // Somebody left the page far down: what comes above is counted, not kept, and read when they come up.
    if (!old && !atTop() && list.children.length >= 2 * most) {
      overfull = true;
      unseen.add(id);
      return tellFresh();
    }
    document.getElementById("empty")?.remove();
    made.classList.add("news");
    if (old?.classList.contains("at")) made.classList.add("at");
    const focused = old?.contains(document.activeElement);
    // A row that is being read stays where it is; it moves up when the reader does.
    if (old && (!atTop() || focused)) old.replaceWith(made);
    else {
      old?.remove();
      place(made);
    }
    if (focused) made.querySelector("a.title").focus({ preventScroll: true });
    if (!atTop()) unseen.add(id);
    trim();
    tellFresh();
  };
  const settle = () => {
    if (!atTop() || !unseen.size) return;
    if (overfull) return location.reload();
    for (const id of unseen) {
      const item = find(id);
      if (item) place(list.removeChild(item));
    }
    unseen = new Set();
    tellFresh();
  };
  const on = (name, does) =>
    source.addEventListener(name, (event) => {
      heard = Date.now();
      if (event.lastEventId) {
        const next = new URL(asked, location.href);
        next.searchParams.set("after", event.lastEventId);
        asked = next.pathname + next.search;
      }
      does(JSON.parse(event.data));
    });
  const close = () => {
    source?.close();
    source = null;
  };
  // More came than rows can tell: the page is read anew once, soon, unless somebody is in the middle of it.
  const tooMuch = () => {
    say("much is changing", "wait");
    late ??= setTimeout(() => {
      late = null;
      if (atTop() && !document.activeElement?.closest(".stories")) location.reload();
      else say("much has changed, reload this page", "lost");
    }, settling);
  };
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(asked);
    heard = Date.now();
    source.onopen = () => {
      heard = Date.now();
      clearTimeout(worry);
      worry = null;
      say("live", "live");
    };
    source.onerror = () => {
      worry ??= setTimeout(() => source?.readyState !== EventSource.OPEN && say("connection lost", "lost"), grace);
    };
    on("beat", () => {});
    on("story", (said) => keepingPlace(() => take(said)));
    on("gone", (said) => keepingPlace(() => find(said.id)?.remove()));
    on("counts", (said) => (document.getElementById("counts").textContent = said.text));
    on("stale", tooMuch);
  };
  // Without a connection, what alerts is asked for now and then, so that the title of the tab can say it.
  const countAway = async () => {
    if (!document.hidden) return;
    const address = new URL(asked, location.href);
    address.pathname = "/unseen";
    if (counted) address.searchParams.set("after", counted);
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(patience) });
      if (!answer.ok || answer.redirected) return;
      const said = await answer.json();
      counted = said.mark;
      alerted(said.stories);
    } catch {
      // The page says so when it is seen again.
    }
  };
  const turn = () => {
    counted = "";
    if (document.hidden) return close();
    looked();
    open();
  };
  const look = () => {
    if (document.hidden || !source) return;
    if (source.readyState === EventSource.CLOSED || Date.now() - heard > patience) {
      say("connection lost", "lost");
      close();
      open();
    }
  };

  if (asked) {
    say("connecting", "wait");
    // A browser keeps six connections to one host: a page that nobody sees gives its own back, and catches up.
    document.addEventListener("visibilitychange", turn);
    addEventListener("focus", looked);
    setInterval(countAway, away);
    addEventListener("pagehide", close);
    addEventListener("pageshow", open);
    addEventListener("scroll", settle, { passive: true });
    fresh.firstElementChild.addEventListener("click", () => scrollTo({ top: 0, behavior: "instant" }));
    setInterval(look, again);
    open();
  }
}
