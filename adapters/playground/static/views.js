// On small screens one thing at a time: server, group or guide.

import { h } from "./dom.js";
import { chatById, emit, on } from "./store.js";

const VIEWS = [["guide", "Try this"], ["discord", "Server"], ["telegram", "Group"]];
const fresh = new Set();

function show(view) {
  document.body.dataset.view = view;
  fresh.delete(view);
  draw();
}

function draw() {
  document.getElementById("views").replaceChildren(...VIEWS.map(([view, label]) =>
    h("button", { type: "button", "aria-pressed": String(document.body.dataset.view === view), onclick: () => { show(view); emit("view-shown", view); } },
      label, fresh.has(view) ? h("span", { class: "dot" }, h("span", { class: "hidden" }, "new messages")) : null)));
}

export function startViews() {
  show(matchMedia("(max-width: 760px)").matches ? "guide" : document.body.dataset.view);
  on("view", show);
  on("seen", (message) => {
    const manner = chatById(message.chat).manner;
    if (document.body.dataset.view !== manner) {
      fresh.add(manner);
      draw();
    }
  });
}
