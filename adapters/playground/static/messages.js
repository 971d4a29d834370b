// One message as the room it stands in would draw it.

import { avatar, h, icon } from "./dom.js";
import { personName } from "./person-menu.js";
import { blocks, buttons } from "./render.js";
import { chatById, findAccount, state } from "./store.js";
import { clock } from "./time.js";

export function messageElement(message, context) {
  const chat = chatById(message.chat);
  const server = chat.manner === "discord";
  const author = message.by ? findAccount(message.by) : null;
  const mine = author?.player === state.me.key;
  const element = h("article", {
    class: "message", id: `m-${message.id}`,
    data: { who: author ? (mine ? "me" : "other") : "bot", private: String(Boolean(message.only)), working: String(message.working) },
    "aria-label": `${author ? author.name : "Muster"}, ${clock(message.at)}`,
  });
  const body = message.working ? [waiting(message, context)] : blocks(message.body.blocks, context);
  const head = h("p", { class: "by" },
    h("b", { data: { hue: author?.player || "bot" } }, author ? named(author, message, context) : "Muster"), author ? null : h("span", { class: "tag" }, "bot"),
    server ? stamp(message) : null);
  element.append(
    avatar(author?.player, author ? author.name : "M"),
    h("div", { class: "column" },
      answered(message, server, context), quoted(message), h("div", { class: "bubble" }, head, h("div", { class: "body" }, body), server ? [] : [stamp(message), onlyYou(message, context)]),
      buttons(message.body.buttons, context), asks(message), server ? onlyYou(message, context) : null),
  );
  if (!server && !message.working) {
    element.append(h("button", { type: "button", class: "replier quiet", "aria-label": `Reply to ${author ? author.name : "Muster"}`, onclick: () => context.reply(message) }, icon("reply")));
  }
  return element;
}

function named(account, message, context) {
  return personName(account, message.chat, (command) => context.chosen(command, account, message));
}

function stamp(message) {
  return h("time", { class: "stamp", datetime: message.at }, clock(message.at), message.edited ? " · edited" : "");
}

function waiting(message, context) {
  return h("div", { class: "waiting" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    message.body.blocks.length ? blocks(message.body.blocks, context) : h("p", {}, "Muster is working…"));
}

// In a server a command is not a message: its answer says who used it.
function answered(message, server, context) {
  if (!server || !message.about?.label) return null;
  const account = findAccount(message.about.account);
  return h("p", { class: "used" }, avatar(account?.player, account?.name), h("b", {}, account ? named(account, message, context) : "Somebody"), " used ", h("code", {}, `/${message.about.label}`));
}

function quoted(message) {
  const original = message.reply_to && state.messages.get(message.chat)?.get(message.reply_to);
  if (!original) return null;
  const author = original.by ? findAccount(original.by)?.name : "Muster";
  return h("p", { class: "quoted" }, h("b", {}, author), " ", plain(original));
}

export function plain(message) {
  const spans = message.body.blocks.flatMap((block) => block.spans || (block.text ? [{ text: block.text }] : []));
  return spans.map((span) => span.text || span.name || span.label || "").join("").slice(0, 90);
}

function onlyYou(message, context) {
  if (!message.only || message.working) return null;
  return h("p", { class: "only" }, icon("eye"), `Only ${state.me.name} sees this`,
    h("button", { type: "button", class: "dismiss", onclick: () => context.dismiss(message) }, "Dismiss"));
}

function asks(message) {
  return message.body.ask ? h("p", { class: "asks" }, "Answer in the message box below.") : null;
}
