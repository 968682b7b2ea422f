// Tables. They scroll within themselves, so that the page never has to.

/// A table of columns [{label, number}] and rows of cells; the first cell of a row names it.
function table(caption, columns, rows, attributes = {}) {
  const head = make("tr", {}, columns.map(({label, number}) => make("th", {scope: "col", class: number ? "number" : null}, label)));
  const body = rows.map((cells) => make("tr", {}, cells.map((cell, index) =>
      make(index === 0 ? "th" : "td", {scope: index === 0 ? "row" : null, class: columns[index].number ? "number" : null}, cell))));
  return make("div", {class: "scroll", role: "region", tabindex: "0", "aria-label": caption},
              make("table", attributes, make("caption", {class: "unseen"}, caption), make("thead", {}, head), make("tbody", {}, body)));
}

/// Names and values.
function facts(pairs, attributes = {}) {
  return make("dl", {class: "facts", ...attributes},
              pairs.filter((pair) => pair).map(([label, value]) => make("div", {}, make("dt", {}, label), make("dd", {}, value))));
}

/// A state as a small coloured word.
function badge(state, words) {
  return make("span", {class: `badge ${state}`}, words);
}
