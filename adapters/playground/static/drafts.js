// What each person has begun to write in each chat, kept in this tab: it survives a reload and switching people.

import { state } from "./store.js";

// kind: "box" (the message box) or "form" (a form that is open).
const key = (chat, kind) => `muster.draft.${state.me.key}.${chat}.${kind}`;

export function keepDraft(chat, kind, draft) {
  try {
    if (draft) sessionStorage.setItem(key(chat, kind), JSON.stringify(draft));
    else sessionStorage.removeItem(key(chat, kind));
  } catch {
    /* forgotten at the next reload */
  }
}

export function draftOf(chat, kind) {
  try {
    return JSON.parse(sessionStorage.getItem(key(chat, kind)));
  } catch {
    return null;
  }
}
