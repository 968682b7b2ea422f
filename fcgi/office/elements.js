// Elements. A text only ever becomes a text node or the value of an attribute that is named here, never markup.

function complete(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/// An HTML element. An attribute whose value is a function listens to the event of that name.
function make(tag, attributes = {}, ...children) {
  return complete(document.createElement(tag), attributes, children);
}

/// The same for SVG.
function draw(tag, attributes = {}, ...children) {
  return complete(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

const icons = {
  plus: "M8 3v10M3 8h10",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  tick: "M3 8.5l3.2 3.2L13 4.8",
  folder: "M1.8 12.8v-9.600h4.400l1.6 1.800h6.400v7.800z",
  file: "M3.5 1.800h5.500l3.5 3.500v8.900h-9zM9 1.800v3.500h3.5",
  lock: "M3.5 7.200h9v6.600h-9zM5.3 7.200v-2.200a2.7 2.7 0 0 1 5.4 0v2.2",
  search: "M7 2.500a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.4 10.400l3.6 3.6",
  warning: "M8 2l6.5 11.500h-13zM8 6.500v3.500M8 11.700v.3",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M10 3l-5 5l5 5",
  ticket: "M2 4.500h12v2.200a1.4 1.4 0 0 0 0 2.600v2.200h-12v-2.200a1.4 1.4 0 0 0 0-2.600zM10 4.500v7",
};

/// A small picture beside a word that says the same.
function icon(name) {
  return draw("svg", {class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false"}, draw("path", {d: icons[name]}));
}

/// A button that does not send its form.
function button(label, attributes, press, picture) {
  return make("button", {type: "button", ...attributes, click: press}, picture ? icon(picture) : null, label);
}

/// A name that somebody chose: in its own writing direction.
function name(text, attributes = {}) {
  return make("bdi", {dir: "auto", ...attributes}, text);
}

function moment(text) {
  return make("time", {datetime: text, title: whole(text)}, momentText(text));
}

/// A text in which commands stand between `backticks`.
function prose(text) {
  return text.split("`").map((part, index) => index % 2 === 1 ? make("code", {}, part) : part);
}

/// Takes what an element holds away and puts this there.
function refill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
}
