// A list of choices above an input, driven from it by keyboard (the ARIA combobox pattern) or pointer.

import { avatar, h } from "./dom.js";

let made = 0;

export class Picker {
  constructor(box) {
    made += 1;
    this.id = `picker-${made}`;
    this.title = h("p", { class: "picker-title" });
    this.list = h("ul", { id: this.id, role: "listbox", "aria-label": "Choices" });
    this.element = h("div", { class: "picker", role: "group", "aria-label": "Choices to complete it", tabindex: "0", hidden: true }, this.title, this.list);
    box.append(this.element);
    this.close();
  }

  // options: [{label, hint, value, player}]; choose(option) runs when one is taken.
  // `first`: whether Enter takes the first; `tab`: whether Tab does.
  show(input, title, options, choose, { first = true, tab = first } = {}) {
    this.tab = tab;
    this.input = input;
    this.options = options;
    this.choose = choose;
    this.title.textContent = title;
    this.list.replaceChildren(...options.map((option, at) => this.#row(option, at)));
    this.element.hidden = !title && options.length === 0;
    // A box of many lines cannot be a combobox: it stays a text box with completions.
    const combobox = input.tagName !== "TEXTAREA";
    if (combobox) input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.id);
    if (combobox) input.setAttribute("aria-expanded", String(options.length > 0));
    this.#mark(first && options.length ? 0 : -1);
  }

  close() {
    this.element.hidden = true;
    this.options = [];
    this.at = -1;
    if (this.input?.hasAttribute("aria-expanded")) this.input.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
  }

  // Whether the key was meant for the list.
  key(event) {
    if (this.element.hidden || event.isComposing) return false;
    if (event.key === "Escape") return this.close(), true;
    if (!this.options.length) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const down = event.key === "ArrowDown";
      const from = this.at < 0 && !down ? 0 : this.at;
      this.#mark((from + (down ? 1 : -1) + this.options.length) % this.options.length);
      return true;
    }
    const tab = event.key === "Tab" && !event.shiftKey;
    if ((tab && this.tab) || ((tab || event.key === "Enter") && this.at >= 0)) {
      this.choose(this.options[Math.max(this.at, 0)]);
      return true;
    }
    return false;
  }

  #row(option, at) {
    return h("li", { id: `${this.id}-${at}`, role: "option", "aria-selected": "false", data: { offered: String(option.offered ?? true) },
      onpointerdown: (event) => event.preventDefault(), onclick: () => this.choose(option) },
      h("b", {}, option.player ? avatar(option.player, option.label) : null, option.label), option.hint ? h("span", {}, option.hint) : null);
  }

  #mark(at) {
    this.at = at;
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
    if (at < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", `${this.id}-${at}`);
    this.list.children[at].scrollIntoView({ block: "nearest" });
    return undefined;
  }
}
