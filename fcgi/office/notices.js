// What is told at the edge of the page when something was done, and read out by screen readers.

const notices = make("div", {class: "notices", role: "status"});

/// Tells something until it is put away or something else is told. `action` is {label, run}: a button beside it.
function tell(text, action) {
  const notice = make("div", {class: "notice"}, make("span", {}, text));
  const putAway = () => notice.remove();
  if (action) notice.append(button(action.label, {class: "plain"}, () => { putAway(); action.run(); }));
  notice.append(button("", {class: "plain icon-only", "aria-label": say("close")}, putAway, "close"));
  refill(notices, notice);
}

/// What goes wrong, where it went wrong.
function fault(refusal, again) {
  return make("div", {class: "fault", role: "alert"}, icon("warning"), make("p", {}, prose(reasonOf(refusal))),
              again ? button(say("again"), {}, again) : null);
}

/// Fills a place with what comes of some questions; says meanwhile that it is on its way, and afterwards what went wrong.
async function fillWith(place, load) {
  place.setAttribute("aria-busy", "true");
  refill(place, make("p", {class: "loading", role: "status"}, say("loading")));
  try {
    const parts = await load();
    refill(place, parts);
  } catch (refusal) {
    refill(place, fault(refusal, () => fillWith(place, load)));
  }
  place.removeAttribute("aria-busy");
}
