// What is said, and how numbers, sizes and times are written: in the reader's language and time zone.

const language = navigator.language.toLowerCase().startsWith("de") ? "de" : "en";
const locale = navigator.language.toLowerCase().startsWith(language) ? navigator.language : language;
const plural = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);
const tenths = new Intl.NumberFormat(locale, {maximumFractionDigits: 1});
const shares = new Intl.NumberFormat(locale, {style: "percent", maximumFractionDigits: 1});
const moments = new Intl.DateTimeFormat(locale, {dateStyle: "medium", timeStyle: "medium"});
const dates = new Intl.DateTimeFormat(locale, {dateStyle: "medium"});
const fullMoments = new Intl.DateTimeFormat(locale, {dateStyle: "full", timeStyle: "long"});
const days = new Intl.DateTimeFormat(locale, {day: "numeric", month: "short", timeZone: "UTC"});
const relative = new Intl.RelativeTimeFormat(locale, {numeric: "auto"});

function knows(key) {
  return Object.hasOwn(dictionary, key);
}

/// The words for a key, with values in place of {names}.
function say(key, values = {}) {
  if (!knows(key)) throw new Error(`no words for ${key}`);
  return dictionary[key][language === "de" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/// The same for a number of things; the words have "{count}".
function sayCount(key, count, values = {}) {
  return say(`${key}.${plural.select(count) === "one" ? "one" : "other"}`, {...values, count: numbers.format(count)});
}

/// The words for one of a family, such as an error's name, or that name itself if it is a new one.
function sayOne(family, word) {
  return knows(`${family}.${word}`) ? say(`${family}.${word}`) : word;
}

/// A name that somebody chose, to stand within a sentence whatever its writing direction.
function quoted(text) {
  return `\u2068${text}\u2069`;
}

function sizeText(bytes) {
  if (bytes < 1024) return sayCount("bytes", bytes);
  const names = ["KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let value = bytes / 1024;
  for (; value >= 1024 && unit < names.length - 1; ++unit) value /= 1024;
  return `${tenths.format(value)} ${names[unit]}`;
}

function momentText(text) {
  return moments.format(new Date(text));
}

function dateText(text) {
  return dates.format(new Date(text));
}

function whole(text) {
  return fullMoments.format(new Date(text));
}

/// "2026-11-22" of the statistics, whose days are UTC days.
function dayText(day) {
  return days.format(new Date(`${day}T00:00:00Z`));
}

const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/// "in 3 hours", "2 days ago".
function distanceText(text) {
  const seconds = Math.round((Date.parse(text) - serverTime()) / 1000);
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

/// A length of time as the number of its largest whole unit: 7200 is 2 hours.
function split(seconds) {
  const [unit, length] = units.find(([, length]) => seconds >= length && seconds % length === 0) ?? ["second", 1];
  return {number: seconds / length, unit};
}

function lengthText(seconds) {
  const {number, unit} = split(seconds);
  return new Intl.NumberFormat(locale, {style: "unit", unit, unitDisplay: "long"}).format(number);
}
