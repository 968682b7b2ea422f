// The dialog that makes a link.

/// The form's fields, for what the configuration has. @return {parts, wanted(), lifetime()}
function linkFields(policies, storages) {
  const storage = choice({name: "storage"}, storages.map(({name}) => [name, name]));
  const file = make("input", {name: "file", required: true, autocomplete: "off", spellcheck: "false", dir: "auto"});
  const browser = make("div");
  const decrypted = make("input", {type: "radio", name: "decrypt", value: "yes"});
  const stored = make("input", {type: "radio", name: "decrypt", value: "no"});
  const form = make("fieldset", {class: "choice", hidden: true}, make("legend", {}, say("create.form")),
      make("label", {}, decrypted, say("create.decrypted")), make("label", {}, stored, say("create.stored")));
  const policy = choice({name: "policy"}, policies.map(({name}) => [name, name]));
  const lifetime = lengthField(say("create.lifetime"), "ttl", " ");
  const uses = make("input", {type: "number", name: "uses", step: 1, required: true, inputmode: "numeric"});
  const usesField = field(say("create.uses"), uses, " ");
  const email = make("input", {type: "email", name: "email", autocomplete: "off", dir: "auto"});
  const mailIt = make("input", {name: "send_mail", disabled: true});
  lifetime.number.required = true;

  const chosenPolicy = () => policies.find(({name}) => name === policy.value);
  const chosenStorage = () => storages.find(({name}) => name === storage.value);
  const offerForms = (encrypted) => { form.hidden = !encrypted; };
  const pick = ({path, encrypted}) => {
    file.value = path;
    offerForms(encrypted);
  };
  const takeStorage = () => {
    const {name, kind, browsable} = chosenStorage();
    file.value = "";
    offerForms(kind === "encrypted");
    refill(browser, browsable ? fileBrowser(name, pick) : make("p", {class: "hint"}, say("create.typePath")));
  };
  const takePolicy = () => {
    const {ttl, max_uses, longest_ttl, most_uses, decrypt} = chosenPolicy();
    lifetime.set(ttl, longest_ttl);
    lifetime.element.querySelector(".hint").textContent = say("create.longest", {length: lengthText(longest_ttl)});
    uses.min = most_uses === 0 ? 0 : 1;
    uses.max = most_uses === 0 ? 1000000 : most_uses;
    uses.value = max_uses;
    usesField.querySelector(".hint").textContent = most_uses === 0 ? say("create.anyUses") : sayCount("create.most", most_uses);
    (decrypt ? decrypted : stored).checked = true;
  };
  if (policies.some(({name}) => name === "default")) policy.value = "default";
  storage.addEventListener("change", takeStorage);
  policy.addEventListener("change", takePolicy);
  file.addEventListener("input", () => offerForms(chosenStorage().kind === "encrypted"));
  email.addEventListener("input", () => {
    mailIt.disabled = email.value === "";
    if (mailIt.disabled) mailIt.checked = false;
  });
  takeStorage();
  takePolicy();

  return {
    parts: [
      make("div", {class: "columns"},
           make("div", {}, field(say("storage"), storage), field(say("create.file"), file, say("create.fileHint")), browser, form),
           make("div", {}, field(say("policy"), policy), lifetime.element, usesField, field(say("create.email"), email, say("create.emailHint")),
                tickBox(say("create.mailIt"), mailIt))),
    ],
    lifetime: lifetime.seconds,
    wanted: () => ({
      storage: storage.value, file: file.value, policy: policy.value, ttl: `${lifetime.seconds()}s`, max_uses: Number(uses.value),
      ...(form.hidden ? {} : {decrypt: decrypted.checked}),
      ...(email.value ? {email: email.value} : {}),
      ...(mailIt.checked ? {send_mail: true} : {}),
    }),
  };
}

/// Opens the dialog; `made` is told when a link was made.
async function createLink(made) {
  const {dialog, content, close} = openDialog(say("create"), {class: "wide"});
  await fillWith(content, async () => {
    const [{policies}, {storages}] = await Promise.all([ask("v1/policies"), ask("v1/storages")]);
    if (storages.length === 0) return make("p", {}, say("create.noStorage"));
    const fields = linkFields(policies, storages);
    return actionForm({label: say("create"), close, act: async () => {
      const wanted = fields.wanted();
      const issued = await ask("v1/tokens", wanted);
      dialog.querySelector("h2").textContent = say(wanted.send_mail ? "create.doneMailed" : "create.done");
      showNewLink(content, issued, fields.lifetime());
      made();
    }}, fields.parts);
  });
  content.querySelector("input[name=file]")?.focus();
}
