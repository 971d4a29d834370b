// The strip under the header: what day it is here, the buttons that move the clock, and the demo union.

import { h, toast } from "./dom.js";
import { on } from "./store.js";
import { setAhead } from "./time.js";

const MOVES = [["day", "Next day"], ["week", "Next week"], ["close", "To the close"]];
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let shown = null;
let received = 0;

// Asks the playground; an answer that is no success says why.
async function ask(path, body) {
  try {
    const answer = await fetch(`/playground/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) toast((await answer.json().catch(() => ({}))).error || "That did not work. Try again.", "wrong");
  } catch {
    toast("Muster does not answer. Is it still running?", "wrong");
  }
}

function today() {
  const now = new Date(new Date(shown.now).getTime() + Date.now() - received);
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }).format(now);
}

function button(label, title, press) {
  return h("button", { type: "button", title, disabled: Boolean(shown.doing), onclick: press }, label);
}

function draw() {
  const bar = document.getElementById("clock");
  const focused = bar.contains(document.activeElement) ? document.activeElement.textContent : null;
  bar.hidden = false;
  bar.replaceChildren(
    h("p", { class: "today" }, `It is ${today()} here`, shown.moved ? h("span", {}, " · moved by you") : null),
    h("div", { class: "moves", role: "group", "aria-label": "Move the clock" },
      MOVES.map(([to, label]) => button(label, "Moves the clock here and does what is due on the way: posts, reminders, closes, reports", () => ask("clock", { to })))),
    ...(shown.free ? [button("Fill with a demo union", "Forty people, sixty days of calls, a contest: as people would have done it", () => ask("demo", { time_zone: zone }))] : []),
    h("p", { class: "doing", role: "status" }, shown.doing),
  );
  if (focused) [...bar.querySelectorAll("button")].find((each) => each.textContent === focused)?.focus();
}

export function startClock() {
  on("clock", (frame) => {
    shown = frame;
    received = Date.now();
    setAhead(new Date(frame.now).getTime() - received);
    draw();
  });
  setInterval(() => { if (shown && !shown.doing) draw(); }, 60000);
}
