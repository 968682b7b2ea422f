// Fields of forms, each with its label and what helps to fill it in.

let fieldsMade = 0;

/// A label, a field and a hint, tied together.
function field(label, control, hint) {
  const id = `field-${++fieldsMade}`;
  control.id = id;
  if (!hint) return make("div", {class: "field"}, make("label", {for: id}, label), control);
  const help = make("p", {class: "hint", id: `${id}-hint`}, prose(hint));
  control.setAttribute("aria-describedby", help.id);
  return make("div", {class: "field"}, make("label", {for: id}, label), control, help);
}

function tickBox(label, control, hint) {
  const id = `field-${++fieldsMade}`;
  control.id = id;
  control.type = "checkbox";
  const help = hint ? make("p", {class: "hint", id: `${id}-hint`}, hint) : null;
  if (help) control.setAttribute("aria-describedby", help.id);
  return make("div", {class: "tick"}, control, make("label", {for: id}, label), help);
}

/// A list to choose from: pairs of a value and its words.
function choice(attributes, options) {
  return make("select", attributes, options.map(([value, words]) => make("option", {value}, words)));
}

/// A length of time: a number and its unit. @return {element, seconds(), set(seconds, longest)}
function lengthField(label, named, hint) {
  let longest = Infinity;
  const number = make("input", {type: "number", name: `${named}_number`, min: 1, step: 1, inputmode: "numeric"});
  const unit = choice({name: `${named}_unit`, "aria-label": say("unit")}, units.map(([word]) => [word, say(`unit.${word}`)]));
  const length = () => units.find(([word]) => word === unit.value)[1];
  const bound = () => {
    if (Number.isFinite(longest)) number.max = Math.max(1, Math.floor(longest / length()));
  };
  unit.addEventListener("change", bound);
  unit.value = "hour";
  const element = field(label, number, hint);
  number.after(unit);
  element.classList.add("length");
  return {
    element, number,
    seconds: () => number.value === "" ? null : Number(number.value) * length(),
    set(seconds, most) {
      const told = split(seconds);
      longest = most;
      number.value = told.number;
      unit.value = told.unit;
      bound();
    },
  };
}
