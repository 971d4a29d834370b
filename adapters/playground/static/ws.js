// The websocket: frames out, frames in. Acts are kept until they are acknowledged and sent again after a
// reconnection under the same id, so that each happens once.

import { emit, state } from "./store.js";

const session = crypto.randomUUID();
const unanswered = new Map();
const asked = new Map();
let socket = null;
let welcomed = false;
let tries = 0;
let asking = 0;
let wanted = null;

export function connect(player) {
  wanted = player;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws`);
  socket.addEventListener("open", hello);
  socket.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    welcomed = false;
    emit("online", false);
    const wait = Math.min(8000, 400 * 2 ** tries) * (0.5 + Math.random() / 2);
    tries += 1;
    setTimeout(() => connect(wanted), wait);
  });
}

export function become(player) {
  wanted = player;
  if (socket.readyState === WebSocket.OPEN) hello();
}

export function act(chat, what, player = state.me.key) {
  const frame = { t: "act", id: `${session}-${crypto.randomUUID()}`, player, chat, what };
  unanswered.set(frame.id, frame);
  if (welcomed) put(frame);
  return frame.id;
}

export function dismiss(chat, message) {
  if (welcomed) put({ t: "dismiss", chat, message });
}

// Completions [[label, value]] for a parameter; none while offline.
export function suggest(chat, name, values, param, typed) {
  if (!welcomed) return Promise.resolve([]);
  asking += 1;
  const n = asking;
  put({ t: "suggest", n, chat, name, values, param, typed: typed.slice(0, 200) });
  return new Promise((resolve) => {
    asked.set(n, resolve);
    setTimeout(() => answer(n, []), 4000);
  });
}

function answer(n, options) {
  asked.get(n)?.(options);
  asked.delete(n);
}

function hello() {
  const locale = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(navigator.language) ? navigator.language : "en";
  put({ t: "hello", player: wanted, session, locale });
}

function put(frame) {
  socket.send(JSON.stringify(frame));
}

function receive(frame) {
  if (frame.t === "welcome") {
    const first = !welcomed;
    welcomed = true;
    tries = 0;
    emit("online", true);
    emit("welcome", frame);
    if (first) for (const waiting of unanswered.values()) put(waiting);
  } else if (frame.t === "suggestions") {
    answer(frame.n, frame.options);
  } else {
    const acted = unanswered.get(frame.id);
    if (["ack", "failed", "refused"].includes(frame.t)) unanswered.delete(frame.id);
    emit(frame.t, frame);
    if (frame.t === "ack" && acted) emit("acked", { frame: acted });
  }
}
