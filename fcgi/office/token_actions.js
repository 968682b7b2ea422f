// What can be done to a token, each asked for first. `done` is called when something was.

function extendToken(token, done) {
  const time = lengthField(say("extend.time"), "ttl", say("extend.timeHint"));
  const uses = make("input", {type: "number", name: "uses", min: 1, step: 1, inputmode: "numeric"});
  const result = make("output", {class: "outcome"});
  const foresee = () => {
    const from = Math.max(Date.parse(token.expires_at), serverTime());
    const until = new Date(from + (time.seconds() ?? 0) * 1000).toISOString();
    const most = token.max_uses + Number(uses.value);
    const ends = time.seconds() === null ? token.expires_at : until;
    result.textContent = say("extend.then", {until: momentText(ends), uses: usesAllowed(token.max_uses === 0 ? 0 : most)});
  };
  for (const part of [time.element, uses]) part.addEventListener("input", foresee);
  foresee();
  confirmFirst({
    title: say("extend"), label: say("extend"),
    lines: [say("extend.what", {file: quoted(token.filename), until: momentText(token.expires_at), uses: usesAllowed(token.max_uses)})],
    fields: [time.element, token.max_uses === 0 ? null : field(say("extend.uses"), uses), result],
    act: async () => {
      const more = {...(time.seconds() === null ? {} : {ttl: `${time.seconds()}s`}), ...(uses.value === "" ? {} : {uses: Number(uses.value)})};
      await ask(`v1/tokens/${token.id}/extend`, more);
      tell(say("extend.done"));
      done();
    },
  });
}

function regenerateToken(token, done) {
  const {content, dialog, close} = openDialog(say("regenerate"));
  const over = token.state === "expired";
  const time = lengthField(say("regenerate.time"), "ttl", say(over ? "regenerate.timeNeeded" : "regenerate.timeHint"));
  time.number.required = over;
  const mail = make("input", {name: "send_mail"});
  dialog.addEventListener("close", done);
  content.append(actionForm({label: say("regenerate"), close, act: async () => {
    const seconds = time.seconds();
    const issued = await ask(`v1/tokens/${token.id}/regenerate`, {...(seconds === null ? {} : {ttl: `${seconds}s`}), ...(mail.checked ? {send_mail: true} : {})});
    showNewLink(content, issued, seconds ?? Math.max(60, Math.round((Date.parse(issued.expires_at) - serverTime()) / 1000)));
  }}, make("p", {}, say("regenerate.what", {file: quoted(token.filename)})), make("p", {}, say("regenerate.uses", {used: usesText(token)})),
  time.element, token.email ? tickBox(say("regenerate.mail", {email: quoted(token.email)}), mail) : make("p", {class: "hint"}, say("regenerate.noMail"))));
  focusFirst(content);
}

async function restoreToken(token, done) {
  try {
    await ask(`v1/tokens/${token.id}/restore`, {});
    tell(say("restore.done", {file: quoted(token.filename)}));
  } catch (refusal) {
    tell(reasonOf(refusal));
  }
  done();
}

function revokeToken(token, done) {
  confirmFirst({
    title: say("revoke"), label: say("revoke"), danger: true,
    lines: [say("revoke.what", {file: quoted(token.filename)}), say("revoke.undo")],
    act: async () => {
      await ask(`v1/tokens/${token.id}/revoke`, {});
      tell(say("revoke.done", {file: quoted(token.filename)}), {label: say("undo"), run: () => restoreToken(token, done)});
      done();
    },
  });
}

/// The buttons for what may be done to a token in its state.
function tokenButtons(token, done) {
  if (!may("manage")) return make("p", {class: "hint"}, say("needs.manage"));
  if (token.state === "revoked") return make("div", {class: "buttons"}, button(say("restore"), {}, () => restoreToken(token, done)));
  return make("div", {class: "buttons"}, button(say("extend"), {}, () => extendToken(token, done)),
              button(say("regenerate"), {}, () => regenerateToken(token, done)), button(say("revoke"), {class: "danger-quiet"}, () => revokeToken(token, done)));
}
