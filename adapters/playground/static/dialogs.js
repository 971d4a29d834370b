// Forms: a window over a server, or a card of questions asked one by one in a group.

import { upload } from "./attach.js";
import { h, icon } from "./dom.js";

let made = 0;

function inputOf(question, id) {
  const common = { id, name: question.name, required: question.required, placeholder: question.hint || null, maxlength: String(question.max), minlength: question.min ? String(question.min) : null, autocomplete: "off" };
  if (question.kind === "choice") {
    const options = question.choices.map(([label, value]) => h("option", { value }, label));
    const none = h("option", { value: "" }, question.required ? "Choose…" : "Leave out");
    const select = h("select", { id, name: question.name, required: question.required }, none, options);
    select.value = question.default;
    return select;
  }
  if (question.kind === "photo") return h("input", { id, name: question.name, required: question.required, type: "file", accept: "image/png,image/jpeg,image/webp" });
  const input = h(question.kind === "long" ? "textarea" : "input", question.kind === "long" ? { ...common, rows: "4" } : { ...common, type: "text" });
  input.value = question.default;
  return input;
}

// What was filled in so far, without pictures: a page cannot put those back.
function begun(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
}

const at = (question, answers) => ({ ...question, default: answers[question.name] ?? question.default });

function labelled(question) {
  made += 1;
  const id = `question-${made}`;
  return h("div", { class: "question" },
    h("label", { for: id }, question.label, question.required ? null : h("small", {}, " optional")), inputOf(question, id));
}

// What a form was filled in with; pictures are sent first. Null if one of them could not be.
async function filled(entries) {
  const values = {};
  for (const [name, value] of entries) {
    if (!(value instanceof File)) values[name] = value;
    else if (value.size) values[name] = await upload(value);
    if (values[name] === null) return null;
  }
  return values;
}

// `kept(answers)` runs at every change, and with null when the window closes. `answers`: filled in before.
export function openModal(form, submit, kept, { answers = {} } = {}) {
  const dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title" });
  const close = () => dialog.close();
  dialog.append(h("form", { oninput: (event) => kept({ answers: begun(event.currentTarget) }), onsubmit: async (event) => {
    event.preventDefault();
    const values = await filled(new FormData(event.target));
    if (!values) return;
    submit(values);
    close();
  } },
    h("header", {}, h("h2", { id: "modal-title" }, form.title), h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: close }, icon("close"))),
    h("div", { class: "questions" }, form.questions.map((question) => labelled(at(question, answers)))),
    h("footer", {}, h("button", { type: "button", class: "key", onclick: close }, "Cancel"), h("button", { type: "submit", class: "key", data: { style: "primary" } }, form.submit))));
  dialog.addEventListener("close", () => {
    kept(null);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("input, textarea, select")?.focus();
}

// A card that asks one question after another, then shows the answers before they are sent.
export class QuestionCard {
  constructor(form, submit, kept, gone, { answers = {}, at: reached = 0, again = false } = {}) {
    this.form = form;
    this.submit = submit;
    this.kept = kept;
    this.gone = gone;
    this.answers = answers;
    this.at = reached;
    this.element = h("section", { class: "card", "aria-label": form.title });
    this.#draw(!again);
  }

  #draw(focus = true) {
    this.kept({ answers: this.answers, at: this.at });
    const last = this.at >= this.form.questions.length;
    this.element.replaceChildren(
      h("header", {}, h("h3", {}, this.form.title), h("span", {}, last ? "Is this right?" : `${this.at + 1} of ${this.form.questions.length}`)),
      last ? this.#summary() : this.#question(this.form.questions[this.at]));
    if (focus) requestAnimationFrame(() => this.element.querySelector("input, textarea, .choices button, [type=submit]")?.focus());
  }

  #question(question) {
    const chosen = question.kind === "choice";
    const field = chosen ? h("div", { class: "question" }, h("p", { class: "label" }, question.label), h("div", { class: "choices" }, question.choices.map(([label, value]) =>
      h("button", { type: "button", class: "key", onclick: () => this.#take(question, value) }, label)))) : labelled(at(question, this.answers));
    return h("form", { oninput: (event) => this.kept({ answers: { ...this.answers, ...begun(event.currentTarget) }, at: this.at }), onsubmit: async (event) => {
      event.preventDefault();
      const values = await filled(new FormData(event.target));
      if (values) this.#take(question, values[question.name] ?? "");
    } },
      field, this.#foot(chosen ? (question.required ? null : "Leave out") : this.form.questions.length === 1 ? this.form.submit : "Next"));
  }

  #summary() {
    const rows = this.form.questions.map((question) => {
      const given = this.answers[question.name];
      const label = question.choices.find(([, value]) => value === given)?.[0] ?? given?.name ?? given;
      return h("div", {}, h("dt", {}, question.label), h("dd", {}, label || "–"));
    });
    return h("form", { onsubmit: (event) => { event.preventDefault(); this.#finish(); } }, h("dl", {}, rows), this.#foot(this.form.submit));
  }

  #foot(next) {
    return h("footer", {},
      h("button", { type: "button", class: "key", onclick: () => this.gone() }, "Cancel"),
      this.at > 0 ? h("button", { type: "button", class: "key", onclick: () => { this.at -= 1; this.#draw(); } }, "Back") : null,
      next ? h("button", { type: "submit", class: "key", data: { style: "primary" } }, next) : null);
  }

  #take(question, value) {
    this.answers[question.name] = value;
    this.at += 1;
    if (this.form.questions.length === 1) this.#finish();
    else this.#draw();
  }

  #finish() {
    this.submit(this.answers);
    this.gone();
  }
}
