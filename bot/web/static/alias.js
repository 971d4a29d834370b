// Uses up a one-time alias of a wallet page, and goes on to the page. A look at this page alone uses nothing.
"use strict";
(() => {
  const button = document.getElementById("go");
  const problem = document.getElementById("problem");
  const status = document.getElementById("status");
  const words = document.getElementById("words").dataset;
  let busy = false;

  async function go() {
    if (busy) return;
    busy = true;
    problem.hidden = true;
    status.textContent = words.opening;
    let answer = {};
    try {
      const response = await fetch(location.pathname, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
        credentials: "omit",
      });
      answer = await response.json();
    } catch {
      answer = { error: words.offline };
    }
    if (answer.path) {
      location.replace(answer.path);
      return;
    }
    status.textContent = "";
    problem.textContent = answer.error || words.broken;
    problem.hidden = false;
    busy = false;
  }

  // A browser that only prepares a page, or shows it in the background, waits until the person looks at it.
  function begin() {
    if (document.prerendering || document.visibilityState !== "visible") return false;
    go();
    return true;
  }

  document.getElementById("no-script").hidden = true;
  button.addEventListener("click", go);
  if (!begin()) {
    const later = () => {
      if (!begin()) return;
      document.removeEventListener("visibilitychange", later);
      document.removeEventListener("prerenderingchange", later);
    };
    document.addEventListener("visibilitychange", later);
    document.addEventListener("prerenderingchange", later);
  }
})();
