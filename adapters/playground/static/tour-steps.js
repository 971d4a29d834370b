// The steps of "Try this": who does what, where, and why it matters.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// The answer that links names the address; a refused code does not.
const address = (message) => message.body.blocks.some((block) => block.spans?.some((span) => span.k === "c" && span.text.startsWith("0x")));

// The answer to the press that connects a place.
const connected = (message) => message.body.blocks.some((block) => block.spans?.some((span) => span.text?.startsWith(" is a place of")));

// The answer to the second yes.
const joined = (message) => message.body.blocks.some((block) => block.spans?.some((span) => span.text?.includes("one person now")));

export const STEPS = [
  { id: "found", title: "Found a union", player: "ada", manner: "discord", command: "union create",
    why: "Ada moderates the server, so she may found a union in it: a name, a purpose, a time zone.",
    values: () => ({ name: "Riverside Tenants Union", purpose: "Fair rents and warm homes", time_zone: zone }) },
  { id: "invite", title: "Invite the Telegram group", player: "ada", manner: "discord", command: "union invite-space",
    why: "A union spans chats. Muster gives Ada a one-time code. Look: only she sees it." },
  { id: "connect", title: "Ask to connect the group", player: "ada", manner: "telegram", command: "union connect",
    why: "Ada types the code in the other room. Everybody there can read it now, so it only asks.", values: (code) => ({ code: code() }) },
  { id: "confirm", title: "Say yes to the group", player: "ada", manner: "discord", command: "union requests", ends: ["command", "press"],
    proof: connected, why: "The founder sees which place asks, and presses Connect. Now both rooms are one union." },
  { id: "join", title: "Bo joins in the server", player: "bo", manner: "discord", command: "join",
    why: "One word and Bo is a member, right where he already chats." },
  { id: "join-again", title: "Bo joins in the group too", player: "bo", manner: "telegram", command: "join",
    why: "Another account on another platform: to Muster these are two people, until Bo shows otherwise." },
  { id: "link", title: "Bo links a wallet", player: "bo", manner: "discord", command: "link", ends: ["submit", "start", "press"],
    proof: address, why: "Follow the private link, sign a plain text with Bo’s demo wallet, bring the code back here, and say that the wallet is his." },
  { id: "same", title: "Bo shows that both are him", player: "bo", manner: "discord", command: "me same-person",
    why: "A one-time code, which only Bo sees. He types it in his other account. No wallet is needed for this." },
  { id: "same-yes", title: "Both accounts say yes", player: "bo", manner: "telegram", command: "me same-person", ends: ["press", "told"], by: "discord",
    proof: joined, values: (code) => ({ code: code() }),
    why: "Bo types the code in the group. Press “Yes, that is me” there, and then in the server, under “Muster, in private”. One press alone joins nobody." },
  { id: "me", title: "See that Bo is one person", player: "bo", manner: "discord", command: "me",
    why: "Two accounts, one wallet, one voice. Votes and endorsements can never count twice." },
  { id: "endorse", title: "Bo endorses Ada", player: "bo", manner: "discord", command: "endorse",
    why: "Bo follows Ada’s direction from now on. He counts for her, and so will whoever endorses Bo.", values: () => ({ leader: "ada" }) },
  { id: "support", title: "See what stands behind Ada", player: "bo", manner: "discord", command: "support",
    why: "How many, how committed, how active: three numbers that are never added up, and a picture.", values: () => ({ person: "ada" }) },
  { id: "help", title: "Ask what you may do", player: "dana", manner: "telegram", command: "help",
    why: "Help shows what this very person may do here. Compare Dana, who has not joined, with Ada." },
];
