// A list of choices above an input, driven from it by keyboard (the ARIA combobox pattern) or pointer.

import { avatar, h } from "./dom.js";

let made = 0;

export class Picker {
  constructor(box) {
    made += 1;
    this.id = `picker-${made}`;
    this.title = h("p", { class: "picker-title" });
    this.list = h("ul", { id: this.id, role: "listbox", "aria-label": "Choices" });
    this.element = h("div", { class: "picker", hidden: true }, this.title, this.list);
    box.append(this.element);
    this.close();
  }

  // options: [{label, hint, value, player}]; choose(option) runs when one is taken.
  show(input, title, options, choose, { first = true } = {}) {
    this.input = input;
    this.options = options;
    this.choose = choose;
    this.title.textContent = title;
    this.list.replaceChildren(...options.map((option, at) => this.#row(option, at)));
    this.element.hidden = !title && options.length === 0;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.id);
    input.setAttribute("aria-expanded", String(options.length > 0));
    this.#mark(first && options.length ? 0 : -1);
  }

  close() {
    this.element.hidden = true;
    this.options = [];
    this.at = -1;
    this.input?.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
  }

  // Whether the key was meant for the list.
  key(event) {
    if (this.element.hidden || event.isComposing) return false;
    if (event.key === "Escape") return this.close(), true;
    if (!this.options.length) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#mark((this.at + step + this.options.length) % this.options.length);
      return true;
    }
    if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && this.at >= 0) {
      this.choose(this.options[this.at]);
      return true;
    }
    return false;
  }

  #row(option, at) {
    return h("li", { id: `${this.id}-${at}`, role: "option", "aria-selected": "false",
      onpointerdown: (event) => event.preventDefault(), onclick: () => this.choose(option) },
      option.player ? avatar(option.player, option.label) : null,
      h("b", {}, option.label), option.hint ? h("span", {}, option.hint) : null);
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
