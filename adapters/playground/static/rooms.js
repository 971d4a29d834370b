// The two rooms: header with the room and the private chat, the messages, the message box.

import { Composer } from "./composer.js";
import { QuestionCard, openModal } from "./dialogs.js";
import { h, icon, toast } from "./dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { messageElement } from "./messages.js";
import { accountOf, chatById, emit, on, privateOf, remember, roomOf, state } from "./store.js";
import { act, dismiss } from "./ws.js";

const rooms = {};
const NEAR = 160; // px from the end, within which new messages are followed

class RoomView {
  constructor(manner) {
    this.manner = manner;
    this.element = document.getElementById(`room-${manner}`);
    this.unread = new Set();
    this.card = null;
    this.feed = h("div", { class: "feed", role: "log", "aria-live": "polite", tabindex: "0" });
    this.follows = true;
    this.below = h("button", { type: "button", class: "below", hidden: true, onclick: () => { this.#toEnd(); this.feed.focus(); } }, "New message ↓");
    this.feed.addEventListener("scroll", () => this.#scrolled());
    // A picture takes its place when it has loaded, which is after its message.
    this.feed.addEventListener("load", () => { if (this.follows) this.#toEnd(); }, true);
    this.heading = h("header", { class: "room-head" });
    this.composer = new Composer(manner);
    this.element.replaceChildren(this.heading, this.feed, h("div", { class: "foot" }, this.below, this.composer.element));
  }

  get chat() {
    return chatById(state.open[this.manner]);
  }

  draw() {
    const room = roomOf(this.manner);
    const privately = privateOf(this.manner);
    const server = this.manner === "discord";
    const tab = (chat, label, sign) => h("button", { type: "button", class: "tab", "aria-pressed": String(chat.id === this.chat.id), onclick: () => this.show(chat.id) },
      sign, label, this.unread.has(chat.id) ? h("span", { class: "dot" }, h("span", { class: "hidden" }, "new messages")) : null);
    this.element.setAttribute("aria-label", `${room.title}, ${server ? "a server" : "a group"}`);
    const account = accountOf(state.me, this.manner);
    this.heading.replaceChildren(
      h("div", { class: "room-name" }, h("h2", {}, room.title), h("p", {}, server ? "a server, in the manner of Discord" : "a group, in the manner of Telegram")),
      h("p", { class: "as", title: `Your account here is @${account.username}` }, `@${account.username}`),
      h("div", { class: "tabs" }, tab(room, server ? "town-square" : "Group", server ? h("span", { "aria-hidden": "true" }, "# ") : null), tab(privately, "Muster, in private", icon("lock"))));
    this.feed.setAttribute("aria-label", this.chat.private ? "Private messages with Muster" : `Messages in ${room.title}`);
  }

  show(id) {
    state.open[this.manner] = id;
    this.unread.delete(id);
    this.card = null;
    this.draw();
    this.composer.reset();
    const list = [...(state.messages.get(id)?.values() || [])];
    this.feed.replaceChildren(...list.map((message) => messageElement(message, this.#context(message))));
    if (!list.length) this.feed.append(this.#empty());
    const open = draftOf(id, "form");
    if (open) this.ask(open.form, open.source, { ...open, again: true });
    this.#toEnd();
    emit("shown", this.manner);
  }

  post(message, fresh) {
    if (message.chat !== this.chat.id) {
      if (fresh) this.unread.add(message.chat);
      return this.draw();
    }
    const element = messageElement(message, this.#context(message));
    const old = document.getElementById(`m-${message.id}`);
    this.feed.querySelector(".empty")?.remove();
    if (old) old.replaceWith(element);
    else {
      element.classList.add("new");
      if (this.card) this.card.element.before(element);
      else this.feed.append(element);
    }
    if (this.follows || message.by === accountOf(state.me, this.manner).native_id) this.#toEnd();
    else if (!old) this.below.hidden = false;
    return undefined;
  }

  // What is shown again after it was hidden has lost its place.
  seen() {
    if (this.follows) this.#toEnd();
  }

  remove(id) {
    document.getElementById(`m-${id}`)?.remove();
    if (!this.feed.children.length) this.feed.append(this.#empty());
  }

  // `begun`: what was filled in before the page was loaded again, or before somebody else was acted as.
  ask(form, source, begun = {}) {
    const { id } = this.chat;
    const submit = (values) => act(id, { t: "submit", token: form.token, values, message: source });
    const kept = (answers) => keepDraft(id, "form", answers && { form, source, ...answers });
    if (this.manner === "discord") {
      if (begun.again && document.querySelector(".modal")) return undefined;
      kept({ answers: begun.answers });
      return openModal(form, submit, kept, begun);
    }
    this.card?.element.remove();
    this.card = new QuestionCard(form, submit, kept, () => {
      kept(null);
      this.card?.element.remove();
      this.card = null;
      this.composer.input.focus();
    }, begun);
    this.feed.append(this.card.element);
    return this.#toEnd();
  }

  #scrolled() {
    this.follows = this.feed.scrollHeight - this.feed.scrollTop - this.feed.clientHeight <= NEAR;
    if (this.follows) this.below.hidden = true;
  }

  #context(message) {
    return {
      press: (token, element) => {
        element.disabled = true;
        setTimeout(() => { element.disabled = false; }, 1500);
        act(message.chat, { t: "press", token, message: message.id });
      },
      // The page that opens asks which account to come back to, and offers this person's wallet first.
      opened: () => {
        remember("account", accountOf(state.me, this.manner).native_id);
        remember("person", state.me.key);
      },
      reply: (original) => this.composer.reply(original),
      write: (line) => this.composer.write(line),
      chosen: (command, account, original) => this.composer.about(command, account, original),
      dismiss: (original) => dismiss(original.chat, original.id),
    };
  }

  #empty() {
    const words = this.chat.private ? `Only ${state.me.name} and Muster read this chat.` : "Nothing was said here yet. Type / to see what Muster can do.";
    return h("p", { class: "empty" }, words);
  }

  #toEnd() {
    this.follows = true;
    this.below.hidden = true;
    requestAnimationFrame(() => { this.feed.scrollTop = this.feed.scrollHeight; });
  }
}

export function showChat(id) {
  const chat = chatById(id);
  rooms[chat.manner].show(id);
}

// Puts a command into the message box of a chat, as if it had been typed.
export function write(chat, line) {
  showChat(chat);
  rooms[chatById(chat).manner].composer.write(line);
}

export function startRooms() {
  for (const manner of ["discord", "telegram"]) rooms[manner] = new RoomView(manner);
  on("drawn", () => Object.values(rooms).forEach((room) => { room.unread.clear(); room.show(room.chat.id); }));
  on("post", ({ message }) => {
    if (!state.messages.has(message.chat)) state.messages.set(message.chat, new Map());
    const fresh = !state.messages.get(message.chat).has(message.id);
    state.messages.get(message.chat).set(message.id, message);
    rooms[chatById(message.chat).manner].post(message, fresh);
    emit("seen", message);
  });
  on("gone", ({ chat, id }) => {
    state.messages.get(chat)?.delete(id);
    const room = rooms[chatById(chat).manner];
    if (room.chat.id === chat) room.remove(id);
  });
  on("form", ({ chat, form, message }) => {
    const room = rooms[chatById(chat).manner];
    if (room.chat.id !== chat) room.show(chat);
    emit("view", room.manner);
    room.ask(form, message);
  });
  for (const event of ["view", "view-shown"]) on(event, (view) => rooms[view]?.seen());
  on("notice", ({ text }) => toast(text));
  on("failed", () => toast("That could not be done just now. Try again.", "wrong"));
  on("refused", ({ why }) => toast(why === "rate" ? "That was very fast. Wait a moment and try again." : "That cannot be sent as it is.", "wrong"));
}
