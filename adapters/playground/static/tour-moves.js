// Does the moves of a step: in the right chat as the right person, one after the other.

import { actAs } from "./people.js";
import { showChat } from "./rooms.js";
import { commandByPath, emit, on, privateOf, recall, remember, roomOf, state } from "./store.js";
import { POST } from "./tour-steps.js";
import { act } from "./ws.js";

const PATIENCE_MS = 5000;
const POST_PATIENCE_MS = 8000; // calls are posted by a chore, every few seconds
// Somebody who watches sees one thing happen after the other.
const PACE_MS = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 700;
const waiting = new Set();
let runs = 0;

// Ends when `test` holds, which is asked again whenever something came in. Null after `PATIENCE_MS`, if that is set.
function until(test, patience = PATIENCE_MS) {
  return new Promise((resolve) => {
    const ask = () => {
      const found = test();
      if (!found) return;
      end(found);
    };
    const end = (found) => {
      waiting.delete(ask);
      resolve(found);
    };
    waiting.add(ask);
    if (patience) setTimeout(() => end(null), patience);
    ask();
  });
}

// Before those that wait ask.
const answered = new Set();
const pressed = new Set();
on("acked", ({ frame }) => {
  answered.add(frame.id);
  if (frame.what.t === "press") pressed.add(frame.what.token);
});
for (const event of ["seen", "acked", "form", "offers", "drawn"]) on(event, () => [...waiting].forEach((ask) => ask()));

export function mainButton(message) {
  const buttons = (message.body.buttons || []).flat().filter((button) => button.token);
  return buttons.find((button) => button.style === "primary") || buttons[0];
}

// The post of a call is about nothing that anybody typed, stands in a room for all, and has a heading and a button.
export function isPost(message) {
  return !message.about && !message.by && !message.only && !message.chat.startsWith("private:") && message.body.blocks[0]?.k === "h" && Boolean(mainButton(message));
}

function newest(chat, of) {
  const messages = [...(state.messages.get(chat)?.values() || [])].reverse();
  if (of === POST) return messages.find(isPost);
  return messages.find(({ by, working, about, body }) => !by && !working && body.buttons && (about ? about.label || about.kind : "told") === of);
}

async function go({ by, in: manner, privately }) {
  await actAs(by);
  const chat = (privately ? privateOf : roomOf)(manner);
  showChat(chat.id);
  emit("view", manner);
  await new Promise((resolve) => { setTimeout(resolve, PACE_MS); });
  return chat.id;
}

// Only what the command knows by that name; what is missing, Muster asks for.
function fitting(path, values) {
  const names = new Set(commandByPath(path)?.params.map((param) => param.name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

async function sent(chat, what) {
  const id = act(chat, what);
  return until(() => answered.has(id), 0);
}

async function type(move) {
  const chat = await go(move);
  // The one-time code in the last answer that had one: only its person sees it, so it is kept when it passes by.
  const values = move.values?.(recall("code") || "") || {};
  const line = { t: "line", text: [`/${move.type}`, ...Object.values(values)].join(" "), reply_to: null };
  const done = await sent(chat, move.in === "discord" ? { t: "command", name: move.type, values: fitting(move.type, values) } : line);
  if (!done || !move.fill) return done;
  const form = await until(() => document.querySelector(".modal form"));
  if (!form) return null;
  for (const [name, value] of Object.entries(move.fill)) form.elements[name].value = value;
  await new Promise((resolve) => { setTimeout(resolve, PACE_MS); });
  const before = answered.size;
  form.requestSubmit();
  return until(() => answered.size > before);
}

// Presses the button, or shows where it is and waits until the person did.
async function press(move, watching) {
  const chat = await go(move);
  const message = await until(() => {
    const found = newest(chat, move.press);
    return found && mainButton(found) ? found : null;
  }, move.press === POST ? POST_PATIENCE_MS : PATIENCE_MS);
  if (!message) return move.press === POST ? type({ ...move, type: "call done" }) : null;
  const { token } = mainButton(message);
  if (watching) return sent(chat, { t: "press", token, message: message.id });
  point(message.id);
  return until(() => pressed.has(token), 0);
}

function point(id) {
  const element = document.getElementById(`m-${id}`);
  const key = element?.querySelector(".key[data-style=primary], .key");
  element?.scrollIntoView({ block: "nearest" });
  key?.classList.add("pointed");
}

async function follow(move, watching) {
  const chat = await go(move);
  const message = newest(chat, move.follow);
  const link = message && document.getElementById(`m-${message.id}`)?.querySelector("a.key");
  if (!link) return null;
  if (watching) link.click();
  else point(message.id);
  return until(() => false, 0); // the page that opens leads back here, where the step goes on
}

// Does the moves, from the one that waits for a press. Somebody who watches presses nothing themselves. Returns
// whether all were done; another run ends this one.
export async function run(step, watching) {
  runs += 1;
  const mine = runs;
  const [before, reached] = (recall("tour-at") || "").split(":");
  for (let at = before === step.id ? Number(reached) : 0; at < step.moves.length; at += 1) {
    const move = step.moves[at];
    remember("tour-at", move.type ? "" : `${step.id}:${move.follow ? at + 1 : at}`);
    const done = await (move.type ? type(move) : move.follow ? follow(move, watching) : press(move, watching));
    if (mine !== runs) return true;
    if (!done) {
      remember("tour-at", "");
      return false;
    }
  }
  remember("tour-at", "");
  return true;
}
