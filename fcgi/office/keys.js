// API keys.

function showNewKey(dialog, content, key) {
  dialog.querySelector("h2").textContent = say("keys.made");
  const line = copyLine(say("key"), key.key, {class: "link"});
  refill(content, make("p", {}, say("keys.once", {name: quoted(key.name)})), line,
         make("div", {class: "buttons"}, button(say("done"), {class: "primary"}, () => dialog.close())));
  line.querySelector("button").focus();
}

function createKey(done) {
  const {dialog, content, close} = openDialog(say("keys.create"));
  const label = make("input", {name: "name", required: true, maxlength: 100, autocomplete: "off", dir: "auto"});
  const boxes = session.scopes.map((scope) => make("input", {name: "scope", value: scope}));
  const form = actionForm({label: say("keys.create"), close, act: async () => {
    const scopes = boxes.filter(({checked}) => checked).map(({value}) => value);
    if (scopes.length === 0) throw new Refusal("no_scope");
    showNewKey(dialog, content, await ask("v1/keys", {name: label.value, scopes}));
    done();
  }}, field(say("keys.name"), label, say("keys.nameHint")),
  make("fieldset", {}, make("legend", {}, say("keys.scopes")), boxes.map((box) => tickBox(box.value, box, scopeText(box.value)))),
  make("p", {class: "hint"}, say("keys.ownOnly")));
  content.append(form);
  focusFirst(content);
}

/// What a scope allows.
function scopeText(scope) {
  return scope.startsWith("storage:") ? say("scope.storage") : sayOne("scope", scope);
}

function revokeKey(key, done) {
  const own = key.id === session.id;
  confirmFirst({
    title: say("keys.revoke"), label: say("keys.revoke"), danger: true,
    lines: [say("keys.revokeWhat", {name: quoted(key.name)}), own ? say("keys.revokeOwn") : null].filter((line) => line),
    act: async () => {
      await ask(`v1/keys/${key.id}/revoke`, {});
      tell(say("keys.revoked", {name: quoted(key.name)}));
      if (own) session.leave("signin.revokedOwn");
      else done();
    },
  });
}

function keyRow(key, done) {
  const live = key.revoked_at === null;
  return [
    [name(key.name), key.id === session.id ? make("span", {class: "muted"}, ` ${say("keys.yours")}`) : null],
    make("span", {class: "scopes"}, key.scopes.map((scope) => make("code", {}, scope))),
    moment(key.created_at),
    live ? badge("active", say("state.active")) : [badge("revoked", say("state.revoked")), " ", moment(key.revoked_at)],
    live ? button(say("keys.revoke"), {class: "danger-quiet", "aria-label": say("keys.revokeThis", {name: quoted(key.name)})}, () => revokeKey(key, done)) : "",
  ];
}

function showKeys(place) {
  const body = make("div");
  const load = () => fillWith(body, async () => {
    const {keys} = await ask("v1/keys");
    return table(say("keys"), [{label: say("keys.name")}, {label: say("keys.scopes")}, {label: say("made")}, {label: say("state")}, {label: say("keys.action")}], keys.map((key) => keyRow(key, load)));
  });
  refill(place, heading(say("keys"), make("div", {class: "buttons"}, button(say("keys.create"), {class: "primary"}, () => createKey(load), "plus"))),
         make("p", {class: "prose"}, say("keys.about")), body);
  return load();
}
