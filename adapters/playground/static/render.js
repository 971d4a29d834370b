// The bot's language to elements: spans, blocks, buttons. Built node by node; markup is never parsed.

import { h, icon, toast } from "./dom.js";
import { isCommand, state } from "./store.js";
import { words } from "./time.js";

const SPANS = {
  t: (span) => {
    const text = span.italic ? h("em", {}, span.text) : document.createTextNode(span.text);
    return span.bold ? h("strong", {}, text) : text;
  },
  c: (span, context) => code(span.text, context),
  l: (span, context) => link(span.label, span.url, "", context),
  m: (span) => h("span", { class: "mention", data: { me: String(span.player === state.me.key) } }, `@${span.name}`),
  w: (span) => h("time", { datetime: span.at, data: { style: span.style }, title: `${span.there} (${span.zone})` }, words(span.at, span.style)),
};

const BLOCKS = {
  p: (block, context) => h("p", {}, spans(block.spans, context)),
  h: (block) => h("h3", {}, block.text),
  f: (block, context) => h("dl", {}, block.fields.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, spans(value, context))))),
  i: (block, context) => h(block.ordered ? "ol" : "ul", {}, block.items.map((item) => h("li", {}, spans(item, context)))),
  b: (block) => h("div", { class: "codeblock" },
    h("pre", { tabindex: "0" }, h("code", {}, block.text)),
    h("button", { type: "button", class: "copy", "aria-label": "Copy the code", onclick: () => copy(block.text) }, icon("copy"))),
  g: (block) => h("div", { class: "scroller", tabindex: "0", role: "group", "aria-label": "Table" },
    h("table", {},
      h("thead", {}, h("tr", {}, block.header.map((cell) => h("th", { scope: "col" }, cell)))),
      h("tbody", {}, block.rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))))),
  x: (block) => h("img", { src: block.src, alt: block.alt, class: "picture" }),
};

// `context.opened()` runs when somebody follows a link, `context.press(token, element)` when a button is pressed.
export function blocks(list, context) {
  return list.map((block) => BLOCKS[block.k](block, context));
}

export function buttons(rows, context) {
  return (rows || []).map((row) => h("div", { class: "keys" }, row.map((each) => button(each, context))));
}

function spans(list, context) {
  return list.map((span) => SPANS[span.k](span, context));
}

// A command goes into the message box, other code into the clipboard.
function code(text, context) {
  const [verb, run] = isCommand(text) ? ["Write", () => context.write(text)] : ["Copy", () => copy(text)];
  return h("code", { title: verb, tabindex: "0", role: "button", "aria-label": `${verb} ${text}`, data: { verb }, onclick: run, onkeydown: onEnter(run) }, text);
}

function button(each, context) {
  if (each.token === undefined) return link(each.label, each.url, "key", context);
  const element = h("button", { type: "button", class: "key", data: { style: each.style } }, each.label);
  element.addEventListener("click", () => context.press(each.token, element));
  return element;
}

function link(label, url, name, context) {
  if (!url) return h("span", { class: name }, label);
  // The playground's own pages open in this tab: they lead back here.
  const here = new URL(url, location.href).origin === location.origin;
  return h("a", { href: url, class: name, target: here ? null : "_blank", rel: "noopener noreferrer", onclick: () => context.opened() },
    label, name === "key" && !here ? icon("open") : null);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("Copying is not allowed here: select the text instead.");
  }
}

function onEnter(run) {
  return (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      run();
    }
  };
}
