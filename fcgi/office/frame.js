// What is around every view: where one can go, who one is, and the way out.

/// The views, by the word after "#", each with the scope that its questions need.
const views = {
  dashboard: {scope: "read", show: showDashboard},
  tokens: {scope: "read", show: (place, id) => id ? showToken(place, id) : showTokens(place)},
  cleanup: {scope: "manage", show: showCleanup},
  keys: {scope: "manage", show: showKeys},
};

/// The title of a view, with what can be done there beside it.
function heading(title, ...beside) {
  return make("div", {class: "heading"}, make("h1", {tabindex: "-1"}, title), beside);
}

function nameView(title) {
  document.title = `${title} · claimcheck`;
}

/// For a key that may see nothing.
function showWelcome(place) {
  refill(place, heading(say("welcome")), make("p", {class: "prose"}, say(may("issue") ? "welcome.issue" : "welcome.nothing")));
}

const offered = () => Object.entries(views).filter(([, {scope}]) => may(scope));

/// Why something is not there.
function missing() {
  const lacks = ["read", "issue", "manage"].filter((scope) => !may(scope));
  if (lacks.length === 0) return null;
  return make("footer", {}, make("p", {class: "hint"}, lacks.map((scope) => say(`needs.${scope}`)).join(" ")));
}

function navigation(current) {
  return make("nav", {"aria-label": say("views")}, make("ul", {}, offered().map(([word]) =>
      make("li", {}, make("a", {href: `#${word}`, "aria-current": word === current ? "page" : null}, say(word))))));
}

/// Shows the view that the address names. @param moved  whether somebody went there, so that the focus goes along
async function showView(place, nav, moved) {
  const [word, id] = location.hash.slice(1).split("/");
  const here = Object.hasOwn(views, word) && may(views[word].scope) ? word : offered()[0]?.[0];
  nav.replaceWith(nav = navigation(here));
  nameView(say(here ?? "welcome"));
  const view = make("div", {class: `view ${here ?? ""}`});
  refill(place, view);
  const shown = here ? views[here].show(view, here === word ? id : undefined) : showWelcome(view);
  if (moved) view.querySelector("h1")?.focus();
  await shown;
  if (moved && !view.contains(document.activeElement)) view.querySelector("h1")?.focus();
}

function showFrame() {
  const place = make("main", {id: "main", tabindex: "-1"});
  const header = make("header", {class: "top"});
  const show = (moved) => showView(place, header.querySelector("nav"), moved);
  const create = may("issue") ? button(say("create"), {class: "primary"}, () => createLink(() => {
    if (location.hash === "#tokens") show();
  }), "plus") : null;
  header.append(make("span", {class: "brand"}, icon("ticket"), "claimcheck"), make("nav"), make("div", {class: "account"}, create,
      make("span", {class: "who", title: say("signedIn", {name: session.name})}, name(session.name)), button(say("signOut"), {class: "plain"}, () => leave())));
  refill(document.body, make("a", {class: "skip", href: "#main", click: (event) => { event.preventDefault(); place.focus(); }}, say("skip")), header, place, missing(), notices);
  addEventListener("hashchange", () => {
    if (!place.isConnected) return;
    refill(notices);
    show(true);
  });
  show(true);
}

begin();
