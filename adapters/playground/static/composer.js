// The message box of a room: words, commands as pills (server) or as a typed line (group), replies.

import { attachButton } from "./attach.js";
import { h, icon, toast } from "./dom.js";
import { plain } from "./messages.js";
import { OptionPills, peopleOf } from "./options.js";
import { Picker } from "./picker.js";
import { chatById, commandByPath, findAccount, state } from "./store.js";
import { act } from "./ws.js";

export class Composer {
  constructor(manner) {
    this.manner = manner;
    this.server = manner === "discord";
    this.replyingTo = null;
    this.pills = null;
    this.input = h("textarea", { id: `box-${manner}`, rows: "1", maxlength: String(state.maxLine), autocomplete: "off", enterkeyhint: "send" });
    this.slash = h("button", { type: "button", class: "quiet", "aria-label": "Commands", title: "Commands", onclick: () => this.menu() }, icon("slash"));
    this.send = h("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send"));
    this.field = h("div", { class: "field" }, this.input);
    // In a server pictures belong to an option of a command; in a group to the message.
    this.attached = null;
    this.clip = this.server ? [] : attachButton("Attach a picture", (file) => this.#attach(file));
    this.quote = h("p", { class: "replying", hidden: true });
    this.element = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } });
    this.picker = new Picker(this.element);
    this.element.append(this.quote, h("div", { class: "bar" }, this.slash, this.clip, this.field, this.send));
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget)) this.picker.close();
    });
  }

  get chat() {
    return chatById(state.open[this.manner]);
  }

  // Another chat or another person: what was being written is dropped.
  reset() {
    const where = this.chat.private ? "Muster" : this.chat.title;
    this.input.placeholder = this.chat.private ? `Message ${where}, or type /` : this.server ? `Message #town-square, or type /` : "Message, or type /";
    this.input.setAttribute("aria-label", `Message to ${where} as ${state.me.name}`);
    this.reply(null);
    this.#leavePills();
  }

  reply(message) {
    this.replyingTo = message;
    this.attached = null;
    this.quote.hidden = !message;
    if (!message) return;
    const author = message.by ? findAccount(message.by)?.name : "Muster";
    this.quote.replaceChildren(icon("reply"), h("span", {}, h("b", {}, author), " ", plain(message)),
      h("button", { type: "button", class: "quiet", "aria-label": "Do not reply", onclick: () => this.reply(null) }, icon("close")));
    this.input.focus();
  }

  #attach(file) {
    this.attached = file;
    this.quote.hidden = !file;
    if (!file) return;
    this.quote.replaceChildren(icon("clip"), h("span", {}, file.name),
      h("button", { type: "button", class: "quiet", "aria-label": "Do not attach it", onclick: () => this.#attach(null) }, icon("close")));
    this.input.focus();
  }

  // A command from the menu of a person: done at once in a server, in a group written as a reply to them.
  about(command, account, message) {
    if (this.server) {
      const { name } = command.params.find((param) => param.required);
      const who = { type: "who", native_id: account.native_id, name: account.name };
      act(this.chat.id, { t: "command", name: command.path, values: { [name]: who } });
      return;
    }
    this.#leavePills();
    this.input.value = `/${command.path}`;
    this.reply(message);
  }

  menu() {
    this.#leavePills();
    this.input.value = "/";
    this.input.focus();
    this.#typed();
  }

  submit() {
    if (this.pills) {
      act(this.chat.id, { t: "command", name: this.pills.command.path, values: this.pills.values() });
      this.#leavePills();
      this.input.focus();
      return;
    }
    const text = this.input.value.trim();
    if (!text && !this.attached) return;
    const typed = text.startsWith("/") && this.server ? commandByPath(text.slice(1).toLowerCase()) : null;
    if (typed) act(this.chat.id, { t: "command", name: typed.path, values: {} });
    else if (text.startsWith("/") && this.server && !this.#known(text)) return void toast(`There is no command ${text.split(/\s/)[0]}. Type / to see all.`);
    else act(this.chat.id, { t: "line", text, reply_to: this.replyingTo?.id ?? null, file: this.attached });
    this.input.value = "";
    this.picker.close();
    this.reply(null);
  }

  #known(text) {
    const first = text.slice(1).split(/\s/)[0].toLowerCase();
    return state.commands.some((command) => command.path.split(" ")[0] === first);
  }

  #key(event) {
    if (this.picker.key(event)) return event.preventDefault();
    if (event.key === "Escape" && this.replyingTo) return this.reply(null);
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    }
    return undefined;
  }

  #typed() {
    const text = this.input.value;
    const at = text.slice(0, this.input.selectionStart).match(/(^|\s)@([\w]*)$/);
    if (text.startsWith("/")) this.#commands(text.slice(1).toLowerCase(), at);
    else if (at) this.#people(at[2]);
    else this.picker.close();
  }

  #commands(typed, at) {
    const inside = state.commands.find((command) => `${typed} `.startsWith(`${command.path} `) && typed.length > command.path.length);
    if (inside && this.server) return this.#fill(inside, this.input.value.slice(inside.path.length + 2).trim());
    if (inside && at) return this.#people(at[2]);
    if (inside) return this.picker.show(this.input, usage(inside), [], () => {});
    const close = (command) => command.path.startsWith(typed) || (typed && ` ${command.path}`.includes(` ${typed}`));
    // What was typed comes before what contains it: Enter takes the first.
    const rank = ({ path }) => (path === typed ? 0 : path.startsWith(typed) ? 1 : 2);
    const options = state.commands.filter((command) => close(command) && !(command.space_only && this.chat.private))
      .sort((one, other) => rank(one) - rank(other))
      .map((command) => ({ label: `/${command.path}`, hint: command.description, value: command }));
    return this.picker.show(this.input, options.length ? "Commands" : "No such command", options, (option) => this.#take(option.value));
  }

  #take(command) {
    if (this.server) return this.#fill(command);
    const whole = this.input.value.trim().toLowerCase() === `/${command.path}`;
    this.input.value = `/${command.path}`;
    this.picker.close();
    // A command that the list completed is sent by the next Enter: it may not be the one that was meant.
    if (whole) return this.submit();
    if (command.params.length) this.input.value += " ";
    return this.#typed();
  }

  #people(typed) {
    const options = peopleOf(this.manner).filter((option) => option.username.startsWith(typed.toLowerCase()) || option.label.toLowerCase().startsWith(typed.toLowerCase()));
    this.picker.show(this.input, options.length ? "People" : "", options, (option) => {
      const caret = this.input.selectionStart;
      const before = this.input.value.slice(0, caret).replace(/@\w*$/, `@${option.username} `);
      this.input.value = before + this.input.value.slice(caret);
      this.input.setSelectionRange(before.length, before.length);
      this.picker.close();
      this.#typed();
    });
  }

  // `rest`: what was typed or pasted behind the command's name.
  #fill(command, rest = "") {
    this.picker.close();
    this.pills = new OptionPills(command, this.chat, this.picker, { send: () => this.submit(), cancel: () => { this.#leavePills(); this.input.focus(); } });
    this.field.replaceChildren(this.pills.element);
    if (!command.params.length) this.send.focus();
    else this.pills.focus(rest);
  }

  #leavePills() {
    this.pills = null;
    this.input.value = "";
    this.picker.close();
    this.field.replaceChildren(this.input);
  }
}

function usage(command) {
  const params = command.params.map((param) => (param.required ? param.name : `[${param.name}]`)).join(" ");
  const first = command.params[0];
  return params ? `/${command.path} ${params}: ${first.description}` : `/${command.path}: ${command.description}`;
}
