// Moments in the reader's own language and time zone.

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
  const seconds = (at.getTime() - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(Math.trunc(seconds), "second");
}

export function clock(iso) {
  return new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(new Date(iso));
}

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-style=relative]")) {
    element.textContent = words(element.dateTime, "relative");
  }
}, 20000);
