// Where one comes in: with an API key, which stays in this page, or in this tab if that is wanted.

const keptKey = "claimcheck.key";

/// Finds out whose key it is. Throws a Refusal.
async function enter(key, keep) {
  const {id, name, scopes} = await askWith(key, "v1/key");
  Object.assign(session, {key, id, name, scopes, leave});
  if (keep) sessionStorage.setItem(keptKey, key);
  else sessionStorage.removeItem(keptKey);
  showFrame();
}

/// Forgets the key. @param reason  the words to say why, if there is a reason
function leave(reason) {
  Object.assign(session, {key: "", id: "", name: "", scopes: []});
  sessionStorage.removeItem(keptKey);
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  refill(notices);
  showSignIn(reason);
}

function showSignIn(reason) {
  document.title = `${say("signin")} · claimcheck`;
  const key = make("input", {type: "password", name: "key", required: true, autocomplete: "off", spellcheck: "false", dir: "ltr"});
  const keep = make("input", {name: "keep"});
  const form = actionForm({label: say("signin"), act: async () => {
    try {
      await enter(key.value.trim(), keep.checked);
    } catch (refusal) {
      key.select();
      throw refusal instanceof Refusal && refusal.word === "unauthorized" ? new Refusal("wrong_key") : refusal;
    }
  }}, field(say("signin.key"), key, say("signin.hint")), tickBox(say("signin.keep"), keep));
  refill(document.body, make("main", {class: "sign-in"}, make("div", {class: "card"}, make("p", {class: "brand"}, icon("ticket"), "claimcheck"), make("h1", {}, say("signin")),
         reason ? make("p", {class: "warning", role: "alert"}, icon("warning"), make("span", {}, say(reason))) : null, form)));
  key.focus();
}

/// What the page begins with.
async function begin() {
  document.documentElement.lang = language;
  session.leave = leave;
  const key = sessionStorage.getItem(keptKey);
  if (!key) return showSignIn();
  try {
    await enter(key, true);
  } catch (refusal) {
    leave(refusal instanceof Refusal && refusal.word === "unauthorized" ? "signin.lost" : "signin.failed");
  }
}
