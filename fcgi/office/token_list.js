// All tokens: searched, filtered, page by page.

const tokensOnAPage = 25;
const states = ["active", "used_up", "expired", "revoked"];

/// What is looked at; stays while one looks at a token. `pages` are the cursors of the pages before and of this one.
const listing = {search: "", state: "", pages: [""]};

function usesText({uses, max_uses}) {
  return max_uses === 0 ? say("uses.any", {uses: numbers.format(uses)}) : say("uses.of", {uses: numbers.format(uses), most: numbers.format(max_uses)});
}

function stateBadge(state) {
  return badge(state, sayOne("state", state));
}

function tokenRow(token) {
  return [
    [make("a", {href: `#tokens/${token.id}`}, name(token.filename)), make("div", {class: "muted path", title: token.file}, name(`${token.storage}: ${token.file}`))],
    stateBadge(token.state),
    token.email ? name(token.email) : make("span", {class: "muted"}, "–"),
    usesText(token),
    make("time", {datetime: token.expires_at, title: whole(token.expires_at)}, distanceText(token.expires_at)),
    make("time", {datetime: token.created_at, title: whole(token.created_at)}, dateText(token.created_at)),
  ];
}

function tokenTable(tokens) {
  return table(say("tokens"), [{label: say("file")}, {label: say("state")}, {label: say("for")}, {label: say("uses")}, {label: say("expires")}, {label: say("made")}],
               tokens.map(tokenRow), {class: "tokens"});
}

function showTokens(place) {
  const body = make("div");
  const found = make("p", {class: "muted found", role: "status"});
  let asked = 0;

  const pager = (after) => {
    const turn = (change) => { change(); load(); };
    return make("nav", {class: "buttons pager", "aria-label": say("pages")},
        button(say("page.before"), {disabled: listing.pages.length === 1}, () => turn(() => listing.pages.pop()), "back"),
        button(say("page.after"), {disabled: after === null}, () => turn(() => listing.pages.push(after))));
  };
  const load = () => {
    const number = ++asked;
    const query = new URLSearchParams({limit: tokensOnAPage});
    if (listing.search) query.set("search", listing.search);
    if (listing.state) query.set("state", listing.state);
    if (listing.pages.at(-1)) query.set("after", listing.pages.at(-1));
    // What was asked before may be answered later: only the last answer is shown.
    const shown = make("div");
    refill(body, shown);
    return fillWith(shown, async () => {
      const {tokens, after} = await ask(`v1/tokens?${query}`);
      if (number !== asked) return [];
      found.textContent = sayCount("tokens.shown", tokens.length, {page: numbers.format(listing.pages.length)});
      if (tokens.length === 0) return make("div", {class: "card empty"}, icon("ticket"), make("p", {}, say(listing.search || listing.state ? "tokens.noneFound" : "tokens.none")));
      return [tokenTable(tokens), pager(after)];
    });
  };
  const begin = () => { listing.pages = [""]; return load(); };

  let typing = 0;
  const search = make("input", {type: "search", value: listing.search, placeholder: say("search.for"), dir: "auto", autocomplete: "off", spellcheck: "false", input: () => {
    listing.search = search.value.trim();
    clearTimeout(typing);
    typing = setTimeout(begin, 250);
  }});
  const state = choice({change: () => { listing.state = state.value; begin(); }}, [["", say("state.all")], ...states.map((word) => [word, say(`state.${word}`)])]);
  state.value = listing.state;
  refill(place, heading(say("tokens")),
      make("form", {class: "filters", role: "search", submit: (event) => { event.preventDefault(); clearTimeout(typing); begin(); }},
           field(say("search"), search), field(say("state"), state), found),
      body);
  return load();
}
