// Who this tab acts as.

import { avatar, h, icon } from "./dom.js";
import { on, recall, remember, state } from "./store.js";
import { become } from "./ws.js";

const KEY = "muster.person";

// This tab's person, else the one who last acted anywhere here, else Ada.
export function remembered() {
  try {
    return sessionStorage.getItem(KEY) || recall("person") || "ada";
  } catch {
    return "ada";
  }
}

export function actAs(key) {
  remember("person", key);
  try {
    sessionStorage.setItem(KEY, key);
  } catch {
    /* forgotten when the tab closes */
  }
  if (state.me?.key === key) return Promise.resolve();
  return new Promise((resolve) => {
    waiting.push([key, resolve]);
    become(key);
  });
}

let waiting = [];

function draw() {
  const box = document.getElementById("people");
  const focused = box.contains(document.activeElement);
  box.replaceChildren(h("span", { class: "people-label", "aria-hidden": "true" }, "You are"), ...state.players.map((player) => {
    const moderates = player.moderates.length;
    const role = moderates ? `moderates ${moderates === 2 ? "both rooms" : "the group"}` : "";
    return h("button", { type: "button", class: "person", "aria-pressed": String(player.key === state.me.key), title: role ? `${player.name} ${role}` : player.name, onclick: () => actAs(player.key) },
      avatar(player.key, player.name), h("span", { class: "person-name" }, player.name), role ? h("span", { class: "badge" }, icon("star"), h("span", { class: "hidden" }, role)) : null);
  }));
  if (focused) box.querySelector("[aria-pressed=true]")?.focus();
}

export function startPeople() {
  on("drawn", () => {
    draw();
    remember("person", state.me.key);
    for (const [key, resolve] of waiting) if (key === state.me.key) resolve();
    waiting = waiting.filter(([key]) => key !== state.me.key);
  });
}
