// One token.

function tokenFacts(token) {
  const bare = make("span", {class: "muted"}, "–");
  const own = Object.entries(token.facts).map(([label, value]) => [name(label), name(value)]);
  return facts([
    [say("for"), token.email ? name(token.email) : bare],
    [say("uses"), usesText(token)],
    [say("expires"), [moment(token.expires_at), make("br"), make("span", {class: "muted"}, distanceText(token.expires_at))]],
    [say("made"), moment(token.created_at)],
    token.revoked_at === null ? null : [say("revoked"), moment(token.revoked_at)],
    [say("policy"), name(token.policy)],
    [say("file"), name(`${token.storage}: ${token.file}`)],
    [say("size"), sizeText(token.size)],
    [say("id"), make("code", {}, token.id)],
    ...own,
  ], {class: "facts card"});
}

function showToken(place, id) {
  const body = make("div");
  const load = () => fillWith(body, async () => {
    const token = await ask(`v1/tokens/${encodeURIComponent(id)}`);
    nameView(token.filename);
    return [heading(name(token.filename), stateBadge(token.state), tokenButtons(token, load)), tokenFacts(token), tokenStory(token)];
  });
  refill(place, make("a", {href: "#tokens", class: "back"}, icon("back"), say("tokens.all")), body);
  return load();
}
