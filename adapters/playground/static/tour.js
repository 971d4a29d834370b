// "Try this": Muster in a few presses. Each step acts as the right person and ticks itself off when it worked.

import { h, icon, toast } from "./dom.js";
import { chatById, on, recall, remember, state } from "./store.js";
import { isPost, mainButton, run } from "./tour-moves.js";
import { POST, STEPS } from "./tour-steps.js";

const done = new Set((recall("tour") || "").split(",").filter((id) => STEPS.some((step) => step.id === id)));
const waiting = new Map(); // what goes on once a step is ticked
const mains = new Set(); // tokens of the buttons that a step may press
const begun = () => recall("tour-begun") === "yes";
let shown = null;
let busy = false;
let noticed = false;

function current() {
  return STEPS.find((step) => !done.has(step.id));
}

// `watching`: everything is done for somebody who only looks on. Otherwise buttons in the chat are left to them.
async function go(step, watching) {
  remember("tour-begun", "yes");
  busy = watching;
  draw();
  const worked = await run(step, watching);
  if (watching && worked) await ticked(step);
  if (watching || !worked) busy = false;
  if (!worked) toast("That did not work out. Press it again, or do it by hand.");
  draw();
}

// Waits until the step has ticked itself off, so that nobody presses it twice; after ten seconds it may be tried again.
function ticked(step) {
  return new Promise((resolve) => {
    if (done.has(step.id)) resolve();
    waiting.set(step.id, resolve);
    setTimeout(resolve, 10000);
  });
}

function keepCode(message) {
  if (!["union invite-space", "me same-person"].includes(message.about?.label)) return;
  const spans = message.body.blocks.flatMap((block) => block.spans || (block.fields || []).flatMap(([, value]) => value) || []);
  const codes = spans.filter((span) => span.k === "c").map((span) => span.text.split(" ").at(-1));
  if (codes.length) remember("code", codes[0]);
}

// An error is one plain private paragraph; anything richer is an answer.
function worked(message) {
  const { blocks, buttons } = message.body;
  const bare = blocks.length === 1 && blocks[0].k === "p" && !buttons;
  return !message.working && !(bare && (message.only || message.chat.startsWith("private:")));
}

// What came to pass, as the steps look at it: a message, what may be done, or a press.
function look(what, replayed = false) {
  for (const step of STEPS) if (!done.has(step.id) && step.done(what)) tick(step, replayed);
}

function seen(message, replayed = false) {
  keepCode(message);
  const main = mainButton(message);
  if (main) mains.add(main.token);
  if (isPost(message)) return look({ post: message }, replayed);
  // A message that the bot sent by itself, or changed, is about nothing: then its private chat says whose it is.
  const [, owner] = message.chat.match(/^private:(.+)$/) || [];
  if (!message.about && !owner) return undefined;
  const { account, kind, label } = message.about || { account: owner, kind: "told", label: "" };
  return look({ message, account, kind, label: state.defaults[label] || label, worked: worked(message) }, replayed);
}

// A press answers with a notice, or by changing its message.
function acked({ what, chat, player }) {
  if (what.t !== "press") return;
  const message = state.messages.get(chat)?.get(what.message);
  const stays = message && (message.body.buttons || []).flat().some((button) => button.token === what.token);
  if (message && isPost(message)) look({ pressed: POST, account: `${chatById(chat).manner}:${player}`, noticed });
  else if (message && !message.about && !stays && mains.has(what.token)) look({ settled: chat });
}

function tick(step, replayed = false) {
  done.add(step.id);
  waiting.get(step.id)?.();
  remember("tour", [...done].join(","));
  shown = null;
  draw();
  // Where the guide is not beside the room, it says so there.
  if (!replayed && !document.getElementById("tour").checkVisibility()) toast(`✓ ${step.title}`);
}

function restart() {
  done.clear();
  for (const key of ["tour", "tour-begun", "tour-at"]) remember(key, "");
  remember("tour-since", new Date().toISOString());
  shown = null;
  draw();
}

function draw() {
  const next = current();
  const open = shown || next?.id;
  const guide = document.getElementById("tour");
  const focused = guide.contains(document.activeElement) ? document.activeElement.id : "";
  guide.replaceChildren(
    h("header", {}, h("h2", { id: "tour-title" }, "Try this"), h("p", { class: "count" }, `${done.size} of ${STEPS.length}`),
      h("progress", { max: String(STEPS.length), value: String(done.size), "aria-label": "Steps done" })),
    h("p", { class: "lead" }, next ? "A tenants’ union lives in a Discord server and a Telegram group. Walk it through its first day, or press “Next step” and watch."
      : "That is Muster: one union across chats, one person however many accounts, and nobody’s keys in anybody else’s hands."),
    ...(next ? [h("p", { class: "next" }, nextButton("next-step", next))] : []),
    h("ol", {}, STEPS.map((step, index) => item(step, index, step.id === open))),
    h("footer", {}, h("p", {}, "Everything here runs on this computer. The wallets are for demonstration, and their signatures are real."),
      done.size ? h("button", { type: "button", class: "quiet", onclick: restart }, "Untick all steps") : null));
  if (focused) document.getElementById(focused)?.focus();
  document.querySelector(".tour li[data-open=true]")?.scrollIntoView({ block: "nearest" });
  bar(next);
}

// Where the guide is not beside the room, its next step is below the room.
function bar(next) {
  const box = document.getElementById("tour-bar");
  box.hidden = !next || !begun();
  if (!box.hidden) box.replaceChildren(h("p", {}, h("b", {}, "Next: "), next.title), nextButton("next-step-bar", next));
}

function nextButton(id, next) {
  return h("button", { type: "button", id, class: "go", disabled: busy, onclick: () => go(next, true) }, busy ? "One moment…" : "Next step");
}

function item(step, index, open) {
  const ticked = done.has(step.id);
  const [{ by, type, in: manner }] = step.moves;
  const player = state.players.find((each) => each.key === by);
  const toggle = (event) => {
    shown = open ? null : step.id;
    draw();
    document.querySelectorAll(".tour .step")[index].focus();
    event.preventDefault();
  };
  return h("li", { data: { done: String(ticked), open: String(open) } },
    h("button", { type: "button", class: "step", "aria-expanded": String(open), onclick: toggle },
      h("span", { class: "number" }, ticked ? icon("check") : String(index + 1)), h("span", {}, step.title), ticked ? h("span", { class: "hidden" }, " done") : null),
    open ? h("div", { class: "detail" }, h("p", {}, step.why), step.then ? h("p", { class: "then" }, step.then) : null,
      h("p", { class: "acts" }, h("button", { type: "button", class: "key do", id: `do-${step.id}`, onclick: () => go(step, false) }, `Do it as ${player?.name || by}`),
        ticked ? null : h("button", { type: "button", class: "quiet", onclick: () => tick(step) }, "Skip")),
      h("p", { class: "types" }, "types ", h("code", {}, `/${type}`), manner === "discord" ? " in the server" : " in the group")) : null);
}

// Another data folder at the same address: what was ticked there did not happen here.
function forgetOthers() {
  const founded = Object.values(state.offers).some((paths) => paths.includes("union about"));
  if (done.has("found") && !founded) restart();
}

export function startTour() {
  on("drawn", () => {
    // What happened before this page was opened counts too, unless the steps were unticked since.
    const since = recall("tour-since") || "";
    forgetOthers();
    if (!since) look({ offers: state.offers }, true);
    for (const chat of state.messages.values()) for (const message of chat.values()) if (message.at > since) seen(message, true);
    draw();
  });
  on("offers", () => look({ offers: state.offers }));
  on("seen", (message) => seen(message));
  on("notice", () => { noticed = true; });
  on("acked", ({ frame }) => {
    acked(frame);
    noticed = false;
  });
}
