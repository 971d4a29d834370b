// The message box of a room: words, commands as pills (server) or as a typed line (group), replies.

import { attachButton } from "./attach.js";
import { h, icon, toast } from "./dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { plain } from "./messages.js";
import { OptionPills, peopleOf } from "./options.js";
import { Picker } from "./picker.js";
import { chatById, commandByPath, findAccount, isCommand, on, state } from "./store.js";
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
    // What this person may do here has changed while the list is open.
    on("offers", () => { if (document.activeElement === this.input && this.input.value.startsWith("/")) this.#typed(); });
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

  // Another chat or another person: what they had begun to write here comes back.
  reset() {
    const where = this.chat.private ? "Muster" : this.chat.title;
    this.input.placeholder = this.chat.private ? `Message ${where}, or type /` : this.server ? `Message #town-square, or type /` : "Message, or type /";
    this.input.setAttribute("aria-label", `Message to ${where} as ${state.me.name}`);
    const shown = `${state.me.key} ${this.chat.id}`;
    if (this.shown === shown) return; // drawn anew after a reconnection: the caret stays where it is
    this.shown = shown;
    this.#restore(draftOf(this.chat.id, "box"));
  }

  #restore(draft) {
    const command = commandByPath(draft?.command);
    const original = state.messages.get(this.chat.id)?.get(draft?.reply);
    this.#leavePills();
    this.#quote(null);
    if (command) return this.#pills(command, draft);
    this.input.value = draft?.text || "";
    if (draft?.file) this.#hold(draft.file);
    else if (original) this.#quote(original);
    return undefined;
  }

  #keep() {
    const text = this.input.value;
    if (this.pills) return keepDraft(this.chat.id, "box", this.pills.draft());
    const begun = text || this.replyingTo || this.attached;
    return keepDraft(this.chat.id, "box", begun ? { text, reply: this.replyingTo?.id, file: this.attached } : null);
  }

  // Puts a line into the box as if it had been typed.
  write(line) {
    this.#leavePills();
    this.input.value = line;
    this.input.focus();
    this.input.setSelectionRange(line.length, line.length);
    this.#typed();
    if (commandByPath(line.slice(1))) this.picker.close(); // there is nothing to choose
  }

  reply(message) {
    this.#quote(message);
    this.#keep();
    if (message) this.input.focus();
  }

  #quote(message) {
    this.replyingTo = message;
    this.attached = null;
    this.quote.hidden = !message;
    if (!message) return;
    const author = message.by ? findAccount(message.by)?.name : "Muster";
    this.quote.replaceChildren(icon("reply"), h("span", {}, h("b", {}, author), " ", plain(message)),
      h("button", { type: "button", class: "quiet", "aria-label": "Do not reply", onclick: () => this.reply(null) }, icon("close")));
  }

  #attach(file) {
    this.#hold(file);
    this.#keep();
    if (file) this.input.focus();
  }

  #hold(file) {
    this.attached = file;
    this.quote.hidden = !file;
    if (!file) return;
    this.quote.replaceChildren(icon("clip"), h("span", {}, file.name),
      h("button", { type: "button", class: "quiet", "aria-label": "Do not attach it", onclick: () => this.#attach(null) }, icon("close")));
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
    this.write("/");
  }

  submit() {
    if (this.pills) {
      act(this.chat.id, { t: "command", name: this.pills.command.path, values: this.pills.values() });
      this.#leavePills();
      this.#keep();
      this.input.focus();
      return undefined;
    }
    const text = this.input.value.trim();
    if (!text && !this.attached) return undefined;
    const path = text.startsWith("/") ? text.slice(1).toLowerCase() : "";
    const typed = this.server ? commandByPath(path) : null;
    if (typed?.params.some((param) => param.required)) return this.#fill(typed);
    if (this.#isGroup(path)) return this.write(`/${path} `);
    if (typed) act(this.chat.id, { t: "command", name: typed.path, values: {} });
    else if (path && this.server && !isCommand(text)) return toast(`There is no command ${text.split(/\s/)[0]}. Type / to see all.`);
    else act(this.chat.id, { t: "line", text, reply_to: this.replyingTo?.id ?? null, file: this.attached });
    this.input.value = "";
    this.picker.close();
    return this.reply(null);
  }

  // Whether the path names a group of commands and none of them, and nothing is meant by its name alone.
  #isGroup(path) {
    const alone = !this.server && state.defaults[path];
    return Boolean(path) && !alone && !commandByPath(path) && state.commands.some((command) => command.path.startsWith(`${path} `));
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
    this.#keep();
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
    const offers = new Set(state.offers[this.chat.id]);
    const whole = typed.trim();
    // What this person may do here comes first; then what begins with the typed words, before what contains them.
    const rank = ({ path }) => (path === whole ? 0 : (offers.has(path) ? 1 : 3) + (path.startsWith(typed) ? 0 : 1));
    const options = state.commands.filter((command) => close(command) && !(command.space_only && this.chat.private))
      .sort((one, other) => rank(one) - rank(other))
      .map((command) => ({ label: `/${command.path}`, hint: command.description, value: command, offered: offers.has(command.path) }));
    // Enter sends what is typed whole; it takes the first of the list only to complete what is half typed.
    const half = Boolean(whole) && !commandByPath(whole) && !this.#isGroup(whole) && !state.defaults[whole];
    const title = this.#isGroup(whole) ? `Commands of /${whole}` : options.length ? "Commands" : "No such command";
    return this.picker.show(this.input, title, options, (option) => this.#take(option.value), { first: half, tab: Boolean(whole) });
  }

  #take(command) {
    if (this.server) return this.#fill(command);
    // A command that the list completed is sent by the next Enter: it may not be the one that was meant.
    return this.write(`/${command.path}${command.params.length ? " " : ""}`);
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
    this.#pills(command);
    if (!command.params.length) this.send.focus();
    else this.pills.focus(rest);
    this.#keep();
  }

  #pills(command, draft) {
    this.picker.close();
    const cancel = () => {
      this.#leavePills();
      this.#keep();
      this.input.focus();
    };
    this.pills = new OptionPills(command, this.chat, this.picker, { send: () => this.submit(), changed: () => this.#keep(), cancel }, draft);
    this.field.replaceChildren(this.pills.element);
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
