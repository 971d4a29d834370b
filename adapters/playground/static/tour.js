// "Try this": Muster in two minutes. Each step acts as the right person and ticks itself off when it worked.

import { h, icon, toast } from "./dom.js";
import { actAs } from "./people.js";
import { showChat } from "./rooms.js";
import { commandByPath, emit, on, privateOf, recall, remember, roomOf, state } from "./store.js";
import { STEPS } from "./tour-steps.js";
import { act } from "./ws.js";

const done = new Set((recall("tour") || "").split(",").filter(Boolean));
let shown = null;
let begun = null;

function current() {
  return STEPS.find((step) => !done.has(step.id));
}

async function run(step) {
  begun = step;
  await actAs(step.player);
  const chat = roomOf(step.manner);
  showChat(chat.id);
  emit("view", step.manner);
  if (!step.command) return;
  const values = step.values?.(findCode) || {};
  if (step.manner === "discord") act(chat.id, { t: "command", name: step.command, values: fitting(step.command, values) });
  else act(chat.id, { t: "line", text: [`/${step.command}`, ...Object.values(values)].join(" "), reply_to: null });
}

// Only what the command knows by that name; what is missing, Muster asks for.
function fitting(path, values) {
  const names = new Set(commandByPath(path)?.params.map((param) => param.name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

// The one-time code in the last answer that had one: only its person sees it, so it is kept when it passes by.
function findCode() {
  return recall("code") || "";
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
  const [first] = blocks;
  const bare = blocks.length === 1 && first.k === "p" && first.spans.every((span) => span.k === "t") && !buttons;
  return !message.working && !(bare && (message.only || message.chat.startsWith("private:")));
}

function seen(message, replayed = false) {
  keepCode(message);
  // A message that the bot sent by itself, or changed, is about nothing: then its private chat says whose it is.
  const [, owner] = message.chat.match(/^private:(.+)$/) || [];
  if (!message.about && !owner) return;
  const { account, kind, label } = message.about || { account: owner, kind: "told" };
  for (const step of STEPS) {
    if (done.has(step.id) || account !== `${step.by || step.manner}:${step.player}` || !worked(message)) continue;
    const matches = step.ends ? step.ends.includes(kind) && step.proof(message) : label === step.command || (step === begun && kind === "submit");
    if (matches) tick(step, replayed);
  }
}

function tick(step, replayed = false) {
  done.add(step.id);
  if (begun === step) begun = null;
  remember("tour", [...done].join(","));
  shown = null;
  draw();
  // Where the guide is not beside the room, it says so there.
  if (!replayed && !document.getElementById("tour").checkVisibility()) toast(`✓ ${step.title}`);
}

function draw() {
  const next = current();
  const open = shown || next?.id;
  document.getElementById("tour").replaceChildren(
    h("header", {}, h("h2", { id: "tour-title" }, "Try this"), h("p", { class: "count" }, `${done.size} of ${STEPS.length}`),
      h("progress", { max: String(STEPS.length), value: String(done.size), "aria-label": "Steps done" })),
    next ? h("p", { class: "lead" }, "A tenants’ union lives in a Discord server and a Telegram group. Walk it through its first evening: two minutes.")
      : h("p", { class: "lead" }, "That is Muster: one union across chats, one person however many accounts, and nobody’s keys in anybody else’s hands."),
    h("ol", {}, STEPS.map((step, index) => item(step, index, step.id === open))),
    h("footer", {}, h("p", {}, "Everything here runs on this computer. The wallets are for demonstration, and their signatures are real."),
      done.size ? h("button", { type: "button", class: "quiet", onclick: () => { done.clear(); remember("tour", ""); remember("tour-since", new Date().toISOString()); shown = null; begun = null; draw(); } }, "Untick all steps") : null));
  document.querySelector(".tour li[data-open=true]")?.scrollIntoView({ block: "nearest" });
}

function item(step, index, open) {
  const ticked = done.has(step.id);
  const player = state.players.find((each) => each.key === step.player);
  return h("li", { data: { done: String(ticked), open: String(open) } },
    h("button", { type: "button", class: "step", "aria-expanded": String(open), onclick: () => { shown = open ? null : step.id; draw(); document.querySelectorAll(".tour .step")[index].focus(); } },
      h("span", { class: "number" }, ticked ? icon("check") : String(index + 1)), h("span", {}, step.title), ticked ? h("span", { class: "hidden" }, " done") : null),
    open ? h("div", { class: "detail" }, h("p", {}, step.why),
      h("p", { class: "acts" }, h("button", { type: "button", class: "go", onclick: () => run(step) }, step.button || `Do it as ${player?.name || step.player}`),
        ticked ? null : h("button", { type: "button", class: "quiet", onclick: () => tick(step) }, "Skip")),
      step.command ? h("p", { class: "types" }, "types ", h("code", {}, `/${step.command}`), step.manner === "discord" ? " in the server" : " in the group") : null) : null);
}

export function startTour() {
  on("drawn", () => {
    // What happened before this page was opened counts too, unless the steps were unticked since.
    const since = recall("tour-since") || "";
    for (const chat of state.messages.values()) for (const message of chat.values()) if (message.at > since) seen(message, true);
    draw();
  });
  on("seen", (message) => seen(message));
}
