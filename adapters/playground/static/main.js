// Brings the parts together.

import { startClock } from "./clock.js";
import { actAs, remembered, startPeople } from "./people.js";
import { showChat, startRooms } from "./rooms.js";
import { emit, findAccount, on, privateOf, recall, roomOf, state } from "./store.js";
import { startTheme } from "./theme.js";
import { startTour } from "./tour.js";
import { startViews } from "./views.js";
import { act, connect } from "./ws.js";

on("welcome", (frame) => {
  const changed = state.me?.key !== frame.player;
  state.players = frame.players;
  state.chats = frame.chats;
  state.commands = frame.commands;
  state.defaults = frame.defaults;
  state.offers = frame.offers;
  state.maxLine = frame.max_line;
  state.maxFile = frame.max_file;
  state.me = frame.players.find((player) => player.key === frame.player);
  state.messages = new Map(Object.entries(frame.history).map(([chat, list]) => [chat, new Map(list.map((message) => [message.id, message]))]));
  for (const manner of ["discord", "telegram"]) {
    const open = state.open[manner];
    const wasPrivate = open && open.startsWith("private:");
    if (changed || !open) state.open[manner] = (wasPrivate ? privateOf : roomOf)(manner).id;
  }
  emit("drawn");
  openDeepLink();
});

on("offers", (frame) => {
  state.offers = frame.offers;
});

on("online", (yes) => {
  document.getElementById("offline").hidden = yes;
});

// `/?start=payload` opens the private chat of the account that followed the link out of here.
let payload = new URLSearchParams(location.search).get("start");
const account = recall("account");

async function openDeepLink() {
  if (!payload || !/^[A-Za-z0-9_-]{1,64}$/.test(payload)) return;
  const start = { t: "start", payload };
  payload = null;
  history.replaceState(null, "", "/");
  const known = account ? findAccount(account) : null;
  if (known) await actAs(known.player);
  const chat = privateOf(known?.manner || "discord");
  showChat(chat.id);
  emit("view", chat.manner);
  act(chat.id, start);
}

startTheme();
startClock();
startPeople();
startRooms();
startViews();
startTour();
connect(payload && account ? account.split(":")[1] : remembered());
