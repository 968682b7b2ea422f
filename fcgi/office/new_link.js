// A link that was made a moment ago: the only time that it is shown.

/// Gives a token a new secret, and shows the link in `content`.
async function renewLink(content, issued, lifetime) {
  const over = Date.parse(issued.expires_at) <= serverTime();
  const renewed = await ask(`v1/tokens/${issued.id}/regenerate`, over ? {ttl: `${lifetime}s`} : {});
  showNewLink(content, renewed, lifetime, say("link.regenerated"));
}

/// Shows a link: how long it lasts, and the lines that fetch it. @param lifetime  in seconds, for one that takes its place.
/// @param news  what is to be said first, if anything
function showNewLink(content, issued, lifetime, news) {
  const commands = commandsFor(issued);
  const problem = make("div", {class: "problem", role: "alert"});
  const renew = button(say("link.regenerate"), {}, async () => {
    renew.disabled = true;
    try {
      await renewLink(content, issued, lifetime);
    } catch (refusal) {
      refill(problem, prose(reasonOf(refusal)));
    }
    renew.disabled = false;
  });
  const first = copyLine(say("link"), issued.url, {class: "link"});
  refill(content,
      make("div", {class: "new-link"}, icon("ticket"),
           make("p", {}, name(issued.filename, {class: "strong"}), make("br"),
                make("span", {class: "muted"}, `${sizeText(issued.size)} · ${usesAllowed(issued.max_uses)}`)),
           make("p", {class: "until"}, make("span", {class: "muted"}, say("link.expires")), " ", countdown(issued.expires_at),
                make("br"), make("span", {class: "muted"}, moment(issued.expires_at)))),
      news ? make("p", {class: "strong", role: "status"}, news) : null,
      make("p", {class: "warn-line"}, say("link.once")),
      first, copyLine("wget", commands.wget, {class: "command"}), copyLine("curl", commands.curl, {class: "command"}),
      problem,
      make("div", {class: "buttons"},
           may("manage") ? renew : make("p", {class: "hint"}, say("link.noRegenerate")),
           button(say("done"), {class: "primary"}, () => content.closest("dialog").close())));
  first.querySelector("button").focus();
}

/// How often a link with this limit may be used.
function usesAllowed(maxUses) {
  return maxUses === 0 ? say("uses.unlimited") : sayCount("uses.allowed", maxUses);
}
