// Light or dark: as the system says, until the button says otherwise.

import { icon } from "./dom.js";
import { recall, remember } from "./store.js";

export function startTheme() {
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const draw = () => {
    const chosen = recall("theme");
    if (chosen) document.documentElement.dataset.theme = chosen;
    const dark = chosen ? chosen === "dark" : system.matches;
    button.setAttribute("aria-label", dark ? "Use light colours" : "Use dark colours");
    button.title = button.getAttribute("aria-label");
    button.replaceChildren(icon(dark ? "sun" : "moon"));
    button.onclick = () => {
      remember("theme", dark ? "light" : "dark");
      draw();
    };
  };
  system.addEventListener("change", draw);
  draw();
}
