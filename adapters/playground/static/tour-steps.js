// The steps of "Try this": the moves of each, what shows that it was done, and why it matters.
//
// A move types a command (`type`), presses the main button of a message (`press`) or opens its page (`follow`). The
// message is the newest answer to that command, or of that kind: "submit" (a form), "start" (a link into here), "told"
// (nobody asked), or the call's post.

export const POST = "the call's post";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ada = { by: "ada", in: "discord" };
const bo = { by: "bo", in: "discord" };
const boInGroup = { by: "bo", in: "telegram" };
const boInPrivate = { by: "bo", in: "discord", privately: true };

// What shows that a step was done: see `tour.js` for what is looked at.
const answered = (label, account, proof = () => true) => (seen) => seen.label === label && seen.account === account && seen.worked && proof(seen.message);
const offered = (chat, path) => (seen) => Boolean(seen.offers?.[chat]?.includes(path));
const said = (account) => (seen) => (seen.pressed === POST && seen.account === account && seen.noticed) || answered("call done", account)(seen);
const picture = (message) => message.body.blocks.some((block) => block.k === "x");
const address = (message) => message?.body.blocks.some((block) => block.spans?.some((span) => span.k === "c" && span.text.startsWith("0x")));

function answers(person, name, room, where) {
  const me = { by: person, in: where };
  return { id: `${person}-done`, title: `${name} joins in the ${room} and says Done`, then: "Press the button under the call.",
    moves: [{ ...me, type: "join" }, { ...me, press: POST }], done: said(`${where}:${person}`) };
}

export const STEPS = [
  { id: "found", title: "Ada founds a union", done: offered("room-discord", "union about"),
    why: "Ada moderates the server, so she may found a union in it: a name, a purpose, a time zone.",
    moves: [{ ...ada, type: "union create", values: () => ({ name: "Riverside Tenants Union", purpose: "Fair rents and warm homes", time_zone: zone }) }] },
  { id: "connect", title: "Ada connects the Telegram group", done: offered("room-telegram", "union about"),
    why: "A union spans chats. Only Ada sees the one-time code. She types it in the group, and says yes in the server: the founder decides.",
    then: "Press the button that connects it.",
    moves: [{ ...ada, type: "union invite-space" }, { by: "ada", in: "telegram", type: "union connect", values: (code) => ({ code }) },
      { ...ada, type: "union requests" }, { ...ada, press: "union requests" }] },
  { id: "call", title: "Ada calls everybody to act", done: (seen) => Boolean(seen.post),
    why: "One call a day, for the whole union. Ada sees how it will look before it stands in both rooms.", then: "Press “Post today”.",
    moves: [{ ...ada, type: "call new", values: () => ({ opens: "0:01" }),
      fill: { title: "Read your meter", what: "Write down today’s number, and keep it.", why: "With forty numbers we can show what the heating really costs." } },
    { ...ada, press: "submit" }] },
  { ...answers("bo", "Bo", "server", "discord"), why: "One word and Bo is a member, right where he already chats. One press, and his day is counted." },
  { ...answers("chidi", "Chidi", "group", "telegram"), why: "The same call stands in the group. Chidi never has to change the app." },
  { ...answers("dana", "Dana", "group", "telegram"), why: "Three answers, in two rooms." },
  { id: "report", title: "Ada sees how it went", done: answered("call report", "discord:ada", picture),
    why: "Who was reached and who answered, place by place. Only Ada sees it.", moves: [{ ...ada, type: "call report" }] },
  { id: "link", title: "Bo links a wallet", done: (seen) => seen.account === "discord:bo" && ["submit", "start", "press"].includes(seen.kind) && address(seen.message),
    why: "Follow the private link, sign a plain text with Bo’s demo wallet, bring the code back here, and say that the wallet is his.",
    then: "Open the page, sign there, come back, and press the button that links.",
    moves: [{ ...bo, type: "link" }, { ...bo, follow: "link" }, { ...boInPrivate, press: "start" }] },
  { id: "same", title: "Bo joins in the group too, and is one person", done: (seen) => seen.settled === "private:discord:bo", // the second yes
    why: "To Muster another account is another person, until Bo shows otherwise: a one-time code from one account, typed in the other, and a yes in both. One yes alone joins nobody.",
    then: "Press “Yes” here, and then in the server, under “Muster, in private”.",
    moves: [{ ...boInGroup, type: "join" }, { ...bo, type: "me same-person" }, { ...boInGroup, type: "me same-person", values: (code) => ({ code }) },
      { ...boInGroup, press: "me same-person" }, { ...boInPrivate, press: "told" }] },
  { id: "me", title: "See that Bo is one person", done: answered("me show", "discord:bo"),
    why: "Two accounts, one wallet, one voice. Votes and endorsements can never count twice.", moves: [{ ...bo, type: "me show" }] },
  { id: "endorse", title: "Bo endorses Ada", done: answered("endorse", "discord:bo", (message) => !message.only),
    why: "Bo follows Ada’s direction from now on. He counts for her, and so will whoever endorses Bo.",
    moves: [{ ...bo, type: "endorse", values: () => ({ leader: "ada" }) }] },
  { id: "support", title: "See what stands behind Ada", done: answered("support", "discord:bo", picture),
    why: "Everybody who follows her, and those who follow them, as a picture.", moves: [{ ...bo, type: "support", values: () => ({ person: "ada" }) }] },
  { id: "help", title: "Ask what you may do", done: answered("help", "telegram:emre"),
    why: "Help shows what this very person may do here. Compare Emre, who has not joined, with Ada.", moves: [{ by: "emre", in: "telegram", type: "help" }] },
];
