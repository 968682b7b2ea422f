// Dialogs. The browser keeps the focus within, closes them on Escape, and gives the focus back.

let dialogsMade = 0;

/// Opens a dialog with a title. @return {dialog, content, close}
function openDialog(title, attributes = {}) {
  const id = `dialog-${++dialogsMade}`;
  const content = make("div", {class: "dialog-content"});
  const close = () => dialog.close();
  const dialog = make("dialog", {"aria-labelledby": id, ...attributes},
      make("header", {}, make("h2", {id}, title),
           button("", {class: "plain icon-only", "aria-label": say("close")}, close, "close")),
      content);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return {dialog, content, close};
}

/// Puts the focus where a dialog begins: on its first field, or else on the way back.
function focusFirst(content) {
  content.querySelector("input, select, button")?.focus();
}

/// A form whose button does something that takes a while: it cannot be pressed twice, and says what went wrong.
/// `act` gets the form; the row of buttons has a way back unless `close` is absent.
function actionForm({label, danger, close, act}, ...children) {
  const problem = make("div", {class: "problem", role: "alert"});
  const go = make("button", {class: danger ? "danger" : "primary"}, label);
  const form = make("form", {submit: async (event) => {
    event.preventDefault();
    go.disabled = true;
    form.setAttribute("aria-busy", "true");
    refill(problem);
    try {
      await act(form);
    } catch (refusal) {
      refill(problem, prose(reasonOf(refusal)));
    }
    form.removeAttribute("aria-busy");
    go.disabled = false;
  }}, children, problem,
  make("div", {class: "buttons"}, close ? button(say("cancel"), {}, close) : null, go));
  return form;
}

/// Asks before something is done: what it is called, what will happen, and what it is that will be done.
function confirmFirst({title, lines, fields = [], label, danger, act}) {
  const {content, close} = openDialog(title);
  content.append(actionForm({label, danger, close, act: async (form) => { await act(form); close(); }},
                            lines.map((line) => make("p", {}, line)), fields));
  focusFirst(content);
}
