"use strict";
// Keeps a page true that nobody reloads: asks for it anew every so often, and at once where the desk says that its
// story has changed. What is in <main> is swapped unless somebody is in the middle of it. The server escapes all.
{
  const main = document.getElementById("main");
  const line = document.getElementById("line");
  const every = Number(main.dataset.every) * 1000;
  const events = main.dataset.events;
  const settling = 400; // ms in which several changes are one
  const patience = 15000; // ms until an answer is given up
  let source = null;
  let soon = null;
  let asking = false;
  const kept = (root) => root.innerHTML.replaceAll(/name="token" value="\w+"/g, "");
  let had = kept(main); // what the server said last: this runs before dates are put into the reader's zone

  const say = (text, state) => {
    if (line.textContent !== text) line.textContent = text;
    if (text) line.dataset.state = state;
    else delete line.dataset.state;
  };
  const was = (field) => {
    if (field.type === "checkbox") return field.checked === field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value === field.defaultValue;
    return field.selectedIndex === Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  };
  const isBusy = () =>
    document.querySelector("dialog[open]") ||
    main.querySelector("[aria-busy=true]") ||
    document.activeElement?.closest("main :is(input, select, textarea)") ||
    (String(getSelection()) && main.contains(getSelection().anchorNode)) ||
    ![...main.querySelectorAll("input:not([type=hidden]), select, textarea")].every(was);
  const said = (element) => `${element.tagName} ${element.getAttribute("href") ?? ""} ${element.textContent}`;
  const swap = (fresh) => {
    const open = [...main.querySelectorAll("details[open] > summary")].map(said);
    const focused = main.contains(document.activeElement) && document.activeElement !== main && said(document.activeElement);
    const at = main.querySelector(".at")?.textContent;
    main.replaceChildren(...fresh.childNodes);
    desk.localise(main);
    for (const summary of main.querySelectorAll("summary"))
      if (open.includes(said(summary))) summary.parentElement.open = true;
    if (focused) [...main.querySelectorAll("a, button, summary")].find((one) => said(one) === focused)?.focus({ preventScroll: true });
    if (at) [...main.querySelectorAll("li, tr")].find((one) => one.textContent === at)?.classList.add("at");
  };
  const ask = async () => {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(patience) });
      if (answer.redirected) return location.assign(answer.url);
      if (!answer.ok) return say(answer.status === 404 ? "no longer there" : "cannot be read just now", "lost");
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
      const now = kept(fresh);
      if (now !== had && isBusy()) return say("has changed: reload to see", "wait");
      if (now !== had) swap(fresh);
      had = now;
      say(events ? "live" : "", "live");
    } catch {
      say("connection lost", "lost");
    } finally {
      asking = false;
    }
  };
  const hear = () => {
    source?.close();
    source = null;
    if (document.hidden) return;
    source = new EventSource(events);
    source.onopen = () => say("live", "live");
    source.onerror = () => {
      say("connection lost", "lost");
      if (source?.readyState === EventSource.CLOSED) source = null;
    };
    for (const name of ["story", "gone", "stale"])
      source.addEventListener(name, (event) => {
        const about = JSON.parse(event.data).id;
        if (about && !events.includes(about)) return;
        clearTimeout(soon);
        soon = setTimeout(ask, settling);
      });
  };

  if (every) {
    const begin = () => {
      ask();
      if (events) hear();
    };
    setInterval(() => {
      if (events && !source) hear();
      ask();
    }, every);
    document.addEventListener("visibilitychange", () => (document.hidden ? source?.close() : begin()));
    addEventListener("pagehide", () => source?.close());
    if (events) hear();
  }
}
