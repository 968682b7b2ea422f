// Lines to copy.

/// A word for a POSIX shell that means exactly this text.
function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/// What fetches a link on a command line: it presses the page's button, which works whether or not the link has a page.
function commandsFor({url, filename}) {
  // A name that begins with a dash would be taken for an option.
  const name = shellQuoted(filename.startsWith("-") ? `./${filename}` : filename);
  return {
    curl: `curl -fL -d '' -o ${name} ${shellQuoted(url)}`,
    wget: `wget --post-data='' -O ${name} ${shellQuoted(url)}`,
  };
}

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without TLS there is no clipboard for scripts; there is this.
    field.select();
    document.execCommand("copy");
  }
}

/// A line with a button that copies it.
function copyLine(label, text, attributes = {}) {
  const line = make("input", {readonly: true, value: text, spellcheck: "false", dir: "ltr", ...attributes});
  const said = make("span", {class: "unseen", role: "status"});
  const press = button(say("copy"), {"aria-label": say("copy.what", {what: label})}, async () => {
    await copy(line);
    refill(press, icon("tick"), say("copied"));
    press.setAttribute("aria-label", say("copied.what", {what: label}));
    said.textContent = say("copied.what", {what: label});
  }, "copy");
  line.addEventListener("focus", () => line.select());
  const element = field(label, line);
  element.classList.add("copy-line");
  line.after(press, said);
  return element;
}
