// The wallet page's script: finds wallets (EIP-6963, and window.ethereum), shows the text that the server
// issued, has it signed, and shows the code. Everything from outside is put in as text, never as markup.
"use strict";
(() => {
  const LOOK_MS = 700;
  const HASTY_MS = 1000; // a second press within this time is a double click
  const REFUSED = 4001; // EIP-1193
  const BUSY = -32002; // a request of this kind waits in the wallet already
  const ICON = /^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i;
  const SECTIONS = ["choose", "read", "done", "over"];
  const GIVEN_UP = new Error("another press gave the wallet up");

  const at = (id) => document.getElementById(id);
  const page = at("link");
  const words = at("words").dataset; // sentences in the reader's language
  const about = (sentence, wallet) => sentence.replaceAll("{wallet}", () => wallet);
  const kept = `muster:${location.pathname}`;
  const wallets = new Map();
  let chosen = null; // {provider, name, address, text, nonce}
  let running = null; // the work that goes on
  let wait = null; // {name, began, end} while a wallet is asked

  // -- what is shown ----------------------------------------------------------------------------------

  function show(section) {
    for (const id of SECTIONS) at(id).hidden = id !== section;
    const order = ["choose", "read", "done"];
    order.forEach((id, place) => {
      const step = at(`step-${id}`);
      step.classList.toggle("past", place < order.indexOf(section));
      if (id === section) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
    at("until").hidden = section === "over" || section === "done";
  }

  function go(section) {
    show(section);
    at(section).querySelector("h2").focus({ preventScroll: true });
    at(section).scrollIntoView({ block: "nearest" });
  }

  function tell(sentence) {
    at("status").textContent = sentence;
  }

  function complain(sentence) {
    tell("");
    at("problem").textContent = sentence;
    at("problem").hidden = !sentence;
    if (sentence) at("problem").scrollIntoView({ block: "nearest" });
  }

  // Buttons stay focusable while they work, so that the keyboard keeps its place.
  async function work(button, sentence, task) {
    const left = wait && (await giveUp());
    if (running) return; // the server answers or fails by itself
    complain("");
    tell(left ? `${left} ${sentence}` : sentence);
    button.setAttribute("aria-busy", "true");
    running = attempt(task);
    await running;
    running = null;
    button.removeAttribute("aria-busy");
  }

  async function attempt(task) {
    try {
      await task();
      tell("");
    } catch (problem) {
      if (problem === GIVEN_UP) return;
      if (problem.gone) go("over");
      else if (problem.restart) go("choose");
      complain(problem.gone ? "" : worded(problem));
    }
  }

  // Asks a wallet. Some never answer, so the next press gives the wallet up, and a later answer is not used.
  function ask(provider, name, method, params) {
    return new Promise((answered, failed) => {
      wait = { name, began: Date.now(), end: () => failed(GIVEN_UP) };
      provider.request({ method, params }).then(answered, failed);
    }).finally(() => {
      wait = null;
    });
  }

  // Ends the wait for a wallet, and returns the words for that.
  async function giveUp() {
    const { name, began, end } = wait;
    if (Date.now() - began < HASTY_MS) return "";
    end();
    await running;
    return about(words.silent, name);
  }

  function worded(problem) {
    if (problem instanceof Told) return problem.message;
    const code = problem && problem.code;
    if (code === REFUSED) return words.refused;
    if (code === BUSY) return words.busy;
    return words.failed;
  }

  // -- the server -------------------------------------------------------------------------------------

  class Told extends Error {
    constructor(sentence, status) {
      super(sentence);
      this.gone = status === 404;
      this.restart = status !== 0;
    }
  }

  async function post(step, body) {
    let response;
    try {
      response = await fetch(`${location.pathname}/${step}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
      });
    } catch {
      throw new Told(words.offline, 0);
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Told(answer.error || words.broken, response.status);
    return answer;
  }

  // -- finding wallets --------------------------------------------------------------------------------

  function add(key, name, icon, provider) {
    if (wallets.has(key) || !provider || typeof provider.request !== "function") return;
    wallets.set(key, provider);
    at("looking").hidden = true;
    at("none").hidden = true;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "wallet";
    button.append(picture(icon), Object.assign(document.createElement("span"), { textContent: name }));
    button.addEventListener("click", () => connect(button, provider, name));
    const row = document.createElement("li");
    row.append(button);
    at("wallets").append(row);
  }

  function picture(icon) {
    if (!ICON.test(icon)) return Object.assign(document.createElement("span"), { className: "blank" });
    return Object.assign(document.createElement("img"), { src: icon, alt: "" });
  }

  function look() {
    addEventListener("eip6963:announceProvider", (event) => {
      const { info, provider } = event.detail || {};
      if (!info) return;
      add(String(info.uuid), String(info.name || words.nameless).slice(0, 40), String(info.icon || ""), provider);
    });
    addEventListener("ethereum#initialized", legacy);
    dispatchEvent(new Event("eip6963:requestProvider"));
    setTimeout(() => {
      legacy();
      at("looking").hidden = true;
      at("none").hidden = wallets.size > 0;
      if (wallets.size === 0) offerApps();
    }, LOOK_MS);
  }

  function legacy() {
    // Wallets that announce themselves are there under window.ethereum too.
    if (wallets.size === 0) add("legacy", words.legacy, "", window.ethereum);
  }

  // The makers of wallet apps see the address that is opened: each gets an alias of its own, which works once.
  async function offerApps() {
    const apps = at("apps");
    if (!apps || !page.classList.contains("touched")) return;
    try {
      const { links } = await post("aliases", {});
      for (const { wallet, url } of links) {
        const app = [...apps.querySelectorAll("a")].find((one) => one.dataset.wallet === wallet);
        if (app && url.startsWith("https://")) app.href = url;
      }
      apps.hidden = links.length === 0;
    } catch (problem) {
      complain(worded(problem));
    }
  }

  // -- the ceremony -----------------------------------------------------------------------------------

  function connect(button, provider, name) {
    return work(button, about(words.connecting, name), async () => {
      const accounts = await ask(provider, name, "eth_requestAccounts");
      if (!accounts || !accounts[0]) throw new Told(words.noAccount, 0);
      const issued = await post("message", { address: accounts[0] });
      chosen = { provider, name, ...issued };
      at("text").textContent = issued.text;
      go("read");
    });
  }

  function sign() {
    return work(at("sign"), about(words.signing, chosen.name), async () => {
      const { provider, name, text, address, nonce } = chosen;
      const signature = await ask(provider, name, "personal_sign", [hex(text), address]);
      tell(words.checking);
      const answer = await post("signature", { signature: String(signature), nonce });
      keep(answer);
      finish(answer);
    });
  }

  function finish({ code, link }) {
    at("code").textContent = code;
    at("with-code").hidden = false;
    at("without-code").hidden = true;
    if (link) {
      at("back").href = link;
      at("by-link").hidden = false;
      at("by-hand").hidden = true;
    }
    go("done");
  }

  function hex(text) {
    return `0x${Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }

  // Phones reload a page that was left for the chat: this tab alone remembers its code.
  function keep(answer) {
    try {
      sessionStorage.setItem(kept, JSON.stringify(answer));
    } catch {
      // private windows may refuse; the code is on the screen
    }
  }

  function remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(kept));
    } catch {
      return null;
    }
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(at("code").textContent);
      tell(words.copied);
    } catch {
      getSelection().selectAllChildren(at("code"));
      tell(words.selected);
    }
  }

  // -- begin ------------------------------------------------------------------------------------------

  page.classList.toggle("touched", matchMedia("(pointer: coarse)").matches);
  // As this browser writes times, if it speaks the language of the page.
  const { lang } = document.documentElement;
  const locale = navigator.languages.find((one) => one.split("-")[0] === lang) || lang;
  at("expires").textContent = new Date(at("expires").dateTime).toLocaleTimeString(locale, {
    hour: "2-digit",
    minute: "2-digit",
  });
  setTimeout(() => {
    complain("");
    go("over");
  }, Number(page.dataset.secondsLeft) * 1000);
  at("sign").addEventListener("click", sign);
  at("other").addEventListener("click", async () => {
    const left = wait && (await giveUp());
    if (running) return;
    complain("");
    tell(left || "");
    go("choose");
  });
  at("copy").addEventListener("click", copy);
  if (page.dataset.signed === "yes") {
    const answer = remembered();
    if (answer) finish(answer);
    else show("done");
  } else {
    look();
  }
})();
