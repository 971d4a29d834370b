// The playground's demo wallets, announced to the wallet page as EIP-6963 says. They sign for real, on the
// server of this playground, where their keys stay.

(() => {
  const HUES = { ada: "#a3360f", bo: "#1b6a8c", chidi: "#6246b5", dana: "#a02468", emre: "#5d6a16" };
  let wallets = [];

  const failure = (code, text) => Object.assign(new Error(text), { code });

  function picture(wallet) {
    const letter = wallet.name.slice(0, 1);
    return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="26" fill="${HUES[wallet.key] || "#444"}"/><text x="48" y="66" font-family="system-ui,sans-serif" font-size="52" font-weight="700" text-anchor="middle" fill="#fff">${letter}</text></svg>`)}`;
  }

  function textOf(data) {
    if (typeof data !== "string" || !/^0x([0-9a-fA-F]{2})*$/.test(data)) return String(data);
    const bytes = Uint8Array.from(data.slice(2).match(/../g) || [], (pair) => parseInt(pair, 16));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  }

  async function sign(wallet, [data, address]) {
    if (String(address).toLowerCase() !== wallet.address.toLowerCase()) throw failure(4100, "This wallet does not hold that address.");
    const answer = await fetch("/playground/wallet/sign", {
      method: "POST", headers: { "Content-Type": "application/json" }, credentials: "omit",
      body: JSON.stringify({ wallet: wallet.key, message: textOf(data) }),
    });
    if (!answer.ok) throw failure(-32603, "The demo wallet did not answer.");
    return (await answer.json()).signature;
  }

  function provider(wallet) {
    const listeners = new Map();
    return Object.freeze({
      isMusterDemo: true,
      async request({ method, params = [] }) {
        switch (method) {
          case "eth_requestAccounts":
          case "eth_accounts":
            return [wallet.address];
          case "eth_chainId":
            return "0x1";
          case "net_version":
            return "1";
          case "personal_sign":
            return sign(wallet, params);
          default:
            throw failure(4200, `The demo wallet does not do ${method}.`);
        }
      },
      on(event, listener) {
        listeners.set(event, [...(listeners.get(event) || []), listener]);
      },
      removeListener(event, listener) {
        listeners.set(event, (listeners.get(event) || []).filter((each) => each !== listener));
      },
    });
  }

  function announce() {
    for (const { info, provider: it } of wallets) {
      window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider: it }) }));
    }
  }

  // The wallet of the person who opened the page is offered first.
  function firstMine(list) {
    let person = null;
    try {
      person = localStorage.getItem("muster.person");
    } catch {
      /* the usual order */
    }
    return [...list.filter((wallet) => wallet.key === person), ...list.filter((wallet) => wallet.key !== person)];
  }

  window.addEventListener("eip6963:requestProvider", announce);
  fetch("/playground/wallets", { credentials: "omit" })
    .then((answer) => answer.json())
    .then((list) => {
      wallets = firstMine(list).map((wallet) => {
        const info = Object.freeze({ uuid: crypto.randomUUID(), name: `${wallet.name}’s demo wallet`, icon: picture(wallet), rdns: `playground.muster.${wallet.key}` });
        return { info, provider: provider(wallet) };
      });
      announce();
    });
})();
