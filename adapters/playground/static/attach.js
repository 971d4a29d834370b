// Pictures on their way to the bot: chosen, sent to the playground's server, named in what is said.

import { h, icon, toast } from "./dom.js";
import { state } from "./store.js";

const TYPES = "image/png,image/jpeg,image/webp";

// The file as acts name it, or null if it could not be sent; the person is told why.
export async function upload(file) {
  if (file.size > state.maxFile) {
    toast(`That file is too large: at most ${Math.floor(state.maxFile / 1024 ** 2)} MB.`);
    return null;
  }
  const data = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.split(",")[1] ?? ""));
    reader.readAsDataURL(file);
  });
  try {
    const answer = await fetch("/playground/file", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: file.name, mime: file.type, data }),
    });
    if (answer.ok) return await answer.json();
  } catch { /* told below */ }
  toast("The picture could not be sent. Try again.");
  return null;
}

// A button that chooses a picture and hands over what the server calls it; null when the choice is taken back.
export function attachButton(label, chosen, attributes = {}) {
  const input = h("input", { type: "file", accept: TYPES, hidden: true, "aria-hidden": "true", tabindex: "-1" });
  const button = h("button", { type: "button", class: "quiet attach", "aria-label": label, title: label, onclick: () => input.click(), ...attributes }, icon("clip"));
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (file) chosen(await upload(file));
  });
  return [button, input];
}
