// What this tab knows: who it acts as, the chats it sees and their messages. Others listen for changes.

export const state = {
  me: null, // the current player, as the server describes it
  players: [],
  chats: [],
  commands: [],
  defaults: {}, // group -> path of the command that its name alone means where it is typed as a line
  offers: {}, // chat id -> paths of the commands that are of use to me there
  messages: new Map(), // chat id -> Map(message id -> message)
  open: {}, // manner -> id of the chat shown
  maxLine: 4000,
  maxFile: 8 * 1024 ** 2,
};

const listeners = new Map();

export function on(event, listener) {
  listeners.set(event, [...(listeners.get(event) || []), listener]);
}

export function emit(event, detail) {
  for (const listener of listeners.get(event) || []) listener(detail);
}

export function accountOf(player, manner) {
  return player.accounts.find((account) => account.manner === manner);
}

export function findAccount(nativeId) {
  for (const player of state.players) {
    const account = player.accounts.find((each) => each.native_id === nativeId);
    if (account) return account;
  }
  return null;
}

export function chatById(id) {
  return state.chats.find((chat) => chat.id === id);
}

export function roomOf(manner) {
  return state.chats.find((chat) => chat.manner === manner && !chat.private);
}

export function privateOf(manner) {
  return state.chats.find((chat) => chat.manner === manner && chat.private);
}

export function commandByPath(path) {
  return state.commands.find((command) => command.path === path);
}

// Whether a line begins with a command or with the name of a group of commands.
export function isCommand(line) {
  const [first] = line.slice(1).toLowerCase().split(/\s/);
  return line.startsWith("/") && state.commands.some((command) => command.path.split(" ")[0] === first);
}

// Storage may be forbidden in private windows: then nothing is remembered, and all else works.
export function remember(key, value) {
  try {
    localStorage.setItem(`muster.${key}`, value);
  } catch {
    /* not remembered */
  }
}

export function recall(key) {
  try {
    return localStorage.getItem(`muster.${key}`);
  } catch {
    return null;
  }
}
