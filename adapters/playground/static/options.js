// A command being filled in as pills: one typed input for each option, with its own completions.

import { attachButton } from "./attach.js";
import { h } from "./dom.js";
import { findAccount, state } from "./store.js";
import { suggest } from "./ws.js";

export class OptionPills {
  // `done`: what to do when it is sent, changed or cancelled. `draft`: what was filled in before, as `draft()` says it.
  constructor(command, chat, picker, done, draft = null) {
    this.command = command;
    this.chat = chat;
    this.picker = picker;
    this.done = done;
    this.inputs = new Map();
    this.picked = new Map();
    this.named = new Set();
    this.element = h("div", { class: "pills", role: "group", "aria-label": `Options of /${command.path}` },
      h("span", { class: "command-name" }, `/${command.path}`));
    const required = command.params.filter((each) => each.required);
    // One field is always open, so that typing goes on and Enter sends.
    const open = new Set([...(required.length ? required : command.params.slice(0, 1)).map((each) => each.name), ...(draft?.fields || []).map(([name]) => name)]);
    for (const param of command.params.filter((each) => open.has(each.name))) this.#add(param);
    if (draft) this.#refill(draft);
    this.more = h("span", { class: "more" });
    this.element.append(this.more);
    this.#offer();
    this.stop = h("button", { type: "button", class: "quiet pill-stop", onclick: done.cancel }, "Cancel");
    this.element.append(this.stop);
  }

  focus(value = "") {
    const [name, first] = [...this.inputs].find(([, input]) => !input.value) || [...this.inputs].at(-1) || [];
    (first || this.more.querySelector("button") || this.stop).focus();
    if (!value || !first || first.value || this.#param(name).kind === "file") return;
    first.value = value;
    this.#complete(...this.#spread(this.#param(name), first));
  }

  draft() {
    const fields = [...this.inputs].map(([name, input]) => [name, input.value]);
    return { command: this.command.path, fields, picked: [...this.picked], named: [...this.named] };
  }

  #refill({ fields, picked, named }) {
    this.picked = new Map(picked);
    this.named = new Set(named);
    for (const [name, value] of fields) {
      const input = this.inputs.get(name);
      if (!input) continue;
      input.value = value;
      if (value && this.#param(name).kind === "file") input.replaceChildren(value);
    }
  }

  values() {
    const values = {};
    for (const [name, input] of this.inputs) {
      const param = this.#param(name);
      const typed = this.named.has(name) ? unquoted(input.value.trim()) : input.value.trim();
      const picked = this.picked.get(name);
      if (param.kind === "file") {
        if (picked) values[name] = picked;
      } else if (picked && meant(picked, typed)) values[name] = picked.value;
      else if (typed) values[name] = param.kind === "integer" && /^-?\d{1,15}$/.test(typed) ? Number(typed) : typed;
    }
    return values;
  }

  #param(name) {
    return this.command.params.find((each) => each.name === name);
  }

  #add(param) {
    if (param.kind === "file") return this.#addFile(param);
    const input = h("input", { type: "text", autocomplete: "off", spellcheck: "false", maxlength: String(Math.max(param.max, 100)), "aria-label": `${param.name}: ${param.description}`, inputmode: { integer: "numeric", amount: "decimal" }[param.kind] });
    input.addEventListener("focus", () => this.#complete(param, input));
    input.addEventListener("input", () => {
      const [meant, field] = this.#spread(param, input);
      this.done.changed();
      this.#complete(meant, field);
    });
    input.addEventListener("keydown", (event) => this.#key(event, param, input));
    this.#place(param, h("label", { class: "pill", data: { required: String(param.required) } }, h("span", {}, param.name), input), input);
    return input;
  }

  // Moves what was typed or pasted as `name:value` into the field of that name, which may be a new one. Returns the
  // option and the field where typing goes on.
  #spread(param, input) {
    const open = this.command.params.filter((each) => each.kind !== "file" && (each === param || !this.inputs.get(each.name)?.value.trim()));
    const found = new RegExp(`(^|\\s)(${open.map((each) => each.name).join("|")})[:：]\\s*`).exec(input.value);
    const before = found ? input.value.slice(0, found.index) : "";
    if (!found || before.split('"').length % 2 === 0) return [param, input];
    const after = input.value.slice(found.index + found[0].length);
    const other = this.#param(found[2]);
    if (other === param && before.trim()) return [param, input];
    input.value = before.trim();
    const field = this.inputs.get(other.name) || this.#add(other);
    this.#offer();
    this.named.add(other.name);
    field.value = after;
    field.focus();
    return this.#spread(other, field);
  }

  // A picture: a button in place of an input, which says what was chosen.
  #addFile(param) {
    const label = `${param.name}: ${param.description}`;
    const [button, input] = attachButton(label, (file) => {
      this.picked.set(param.name, file);
      button.replaceChildren(file ? file.name : "choose…");
      button.value = file ? file.name : "";
      button.focus();
      this.done.changed();
    });
    button.replaceChildren("choose…");
    button.addEventListener("keydown", (event) => { if (event.key !== "Enter" || button.value) this.#key(event, param, button); });
    this.#place(param, h("span", { class: "pill", data: { required: String(param.required) } }, h("span", {}, param.name), button, input), button);
    return button;
  }

  #place(param, pill, input) {
    this.inputs.set(param.name, input);
    if (this.more) this.element.insertBefore(pill, this.more);
    else this.element.append(pill);
  }

  #offer() {
    const left = this.command.params.filter((param) => !this.inputs.has(param.name));
    this.more.replaceChildren(...left.map((param) => h("button", { type: "button", class: "pill-add", title: param.description,
      onclick: () => { const input = this.#add(param); this.#offer(); input.focus(); } }, `+ ${param.name}`)));
  }

  #key(event, param, input) {
    if (this.picker.key(event)) return event.preventDefault();
    if (event.key === "Escape") return this.done.cancel();
    if (event.key === "Backspace" && !input.value) {
      event.preventDefault();
      if (param.required) return this.done.cancel();
      input.closest(".pill").remove();
      this.inputs.delete(param.name);
      this.#offer();
      this.done.changed();
      return this.focus();
    }
    if (event.key !== "Enter" || event.isComposing) return undefined;
    event.preventDefault();
    const empty = [...this.inputs].find(([name, each]) => !each.value.trim() && each !== input && this.#param(name).required);
    return empty && input.value.trim() ? empty[1].focus() : this.done.send();
  }

  async #complete(param, input) {
    const typed = input.value.trim();
    const options = await this.#options(param, typed);
    if (document.activeElement !== input || input.value.trim() !== typed) return;
    const title = `${param.name} · ${param.description}${param.required ? "" : " (optional)"}`;
    const same = typed ? options.filter((option) => meant(option, typed)) : [];
    const whole = same.length === 1 ? same[0] : null; // typed whole: Enter goes on with it
    if (whole) this.picked.set(param.name, whole);
    this.picker.show(input, title, options, (option) => {
      input.value = option.label;
      this.picked.set(param.name, option);
      this.picker.close();
      this.done.changed();
      const empty = [...this.inputs.values()].find((each) => !each.value.trim());
      if (empty) empty.focus();
    }, { first: !whole && Boolean(typed) });
  }

  async #options(param, typed) {
    const begins = (option) => option.label.toLowerCase().includes(typed.toLowerCase());
    if (param.suggests) {
      const { [param.name]: _, ...others } = this.values();
      const found = await suggest(this.chat.id, this.command.path, others, param.name, typed);
      return found.map(([label, value]) => ({ label, value, hint: label === value || param.kind === "person" ? "" : value.slice(0, 40) }));
    }
    if (param.kind === "boolean") return [{ label: "Yes", value: true }, { label: "No", value: false }].filter(begins);
    if (param.kind === "choice") return param.choices.map((choice) => ({ label: choice, value: choice })).filter(begins);
    if (param.kind === "space") {
      return state.chats.filter((chat) => !chat.private).map((chat) => ({ label: chat.title, value: { type: "where", native_id: chat.id, name: chat.title } })).filter(begins);
    }
    return [];
  }
}

// Whether what stands in a field still means the option that was picked for it.
function meant(option, typed) {
  const bare = typed.toLowerCase().replace(/^@/, "");
  const label = option.label.toLowerCase();
  return [label, label.replace(/ \([^()]*\)$/, ""), option.username].includes(bare); // without the platform beside a name
}

function unquoted(text) {
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text;
}

// The people of a room as options: their accounts there.
export function peopleOf(manner) {
  return state.players.flatMap((player) => player.accounts).filter((account) => account.manner === manner).map((account) => ({
    label: account.name, hint: `@${account.username}`, player: findAccount(account.native_id).player,
    value: { type: "who", native_id: account.native_id, name: account.name }, username: account.username,
  }));
}
