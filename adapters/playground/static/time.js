// Moments in the reader's own language and time zone.

// How far the playground's clock is ahead of this machine's, in milliseconds.
let ahead = 0;

export function setAhead(milliseconds) {
  ahead = milliseconds;
  // On another day, times that stood without a date need one.
  for (const stamp of document.querySelectorAll("time.stamp")) stamp.firstChild.textContent = clock(stamp.dateTime);
  sayRelative();
}

// Says anew how far away the moments are that are told by their distance.
function sayRelative() {
  for (const element of document.querySelectorAll("time[data-style=relative]")) element.textContent = words(element.dateTime, "relative");
}

const FORMATS = {
  date: { dateStyle: "long" },
  time: { timeStyle: "short" },
  full: { dateStyle: "medium", timeStyle: "short" },
};
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];

export function words(iso, style) {
  const at = new Date(iso);
  return style === "relative" ? relative(at) : new Intl.DateTimeFormat(undefined, FORMATS[style] || FORMATS.full).format(at);
}

function relative(at) {
  const seconds = (at.getTime() - Date.now() - ahead) / 1000;
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(Math.trunc(seconds), "second");
}

// The time of a message: with its date, if that is another day than the playground's today.
export function clock(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date(Date.now() + ahead).toDateString();
  const time = { hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(undefined, today ? time : { weekday: "short", day: "numeric", month: "short", ...time }).format(at);
}

setInterval(sayRelative, 20000);
