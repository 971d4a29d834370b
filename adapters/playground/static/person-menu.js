// The menu of a person, behind their name: commands that need nothing but them (the ARIA menu button pattern).

import { h } from "./dom.js";
import { chatById, state } from "./store.js";

// The name of an account: a button where its menu holds something. `choose(command)` runs when one is taken.
export function personName(account, chat, choose) {
  const { private: privately } = chatById(chat);
  const offered = state.commands.filter((command) => command.menu && !(command.space_only && privately));
  if (!offered.length) return account.name;
  const button = h("button", { type: "button", class: "name", "aria-haspopup": "menu", "aria-expanded": "false",
    onclick: () => open(button, account, offered, choose) }, account.name);
  return button;
}

function open(button, account, offered, choose) {
  const menu = h("div", { class: "person-menu", role: "menu", popover: "auto", "aria-label": account.name },
    offered.map((command) => h("button", { type: "button", role: "menuitem", tabindex: "-1", title: command.description,
      onclick: () => { menu.hidePopover(); choose(command); } }, `${command.menu} ${account.name}`)));
  const items = [...menu.children];
  menu.addEventListener("keydown", (event) => {
    const to = next(event.key, items.indexOf(document.activeElement), items.length);
    if (event.key === "Tab") menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items[to].focus();
  });
  // A feed that scrolls would leave the menu behind.
  const away = () => menu.hidePopover();
  button.closest(".feed").addEventListener("scroll", away, { once: true });
  menu.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "closed") menu.remove();
  });
  button.closest(".room").append(menu);
  menu.showPopover();
  const { left, bottom, top } = button.getBoundingClientRect();
  const below = bottom + menu.offsetHeight + 8 < window.innerHeight;
  menu.style.left = `${Math.max(8, Math.min(left, window.innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${below ? bottom + 4 : top - menu.offsetHeight - 4}px`;
  items[0].focus();
}

function next(key, at, count) {
  return { ArrowDown: (at + 1) % count, ArrowUp: (at - 1 + count) % count, Home: 0, End: count - 1 }[key];
}
