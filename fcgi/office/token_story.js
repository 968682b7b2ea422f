// Why a use was counted: what a token's holder has fetched, in words.

function rangeText({first, length}) {
  return length === 0 ? say("story.noBytes") : say("story.bytes", {first: numbers.format(first), last: numbers.format(first + length - 1)});
}

/// "Complete: all 3 MiB were sent", and why it cost a use or none.
function deliveryLine(delivery) {
  const ended = delivery.ended_at !== undefined;
  const outcome = ended ? delivery.outcome : "under_way";
  return make("li", {class: `delivery ${outcome}`},
      make("p", {}, make("span", {class: "when"}, moment(delivery.started_at)), " ",
           make("strong", {}, sayOne("outcome", outcome)), " · ", rangeText(delivery), " · ",
           say("story.sent", {sent: sizeText(delivery.sent), length: sizeText(delivery.length)}), " · ", say("story.network", {network: delivery.network || say("story.noNetwork")})),
      make("p", {class: "grounds"}, sayOne("grounds", delivery.grounds)));
}

function deliveryList(deliveries) {
  const inOrder = [...deliveries].sort((left, right) => Date.parse(left.started_at) - Date.parse(right.started_at));
  return deliveries.length === 0 ? make("p", {class: "muted"}, say("story.noDeliveries")) : make("ol", {class: "deliveries"}, inOrder.map(deliveryLine));
}

/// How much of the file a claim has, drawn.
function coverage({covered, size}) {
  const share = size === 0 ? 1 : covered / size;
  return draw("svg", {class: "coverage", height: 8, role: "img", "aria-label": shares.format(share)},
              draw("rect", {width: "100%", height: 8, rx: 4, class: "coverage-all"}), draw("rect", {width: `${100 * share}%`, height: 8, rx: 4, class: "fill-completed"}));
}

function claimCard(claim, number, deliveries) {
  const ended = claim.completed_at === null ? say("story.incomplete") : say("story.completed", {when: momentText(claim.completed_at)});
  return make("li", {class: "card claim"},
      make("h3", {}, say("story.use", {number: numbers.format(number)})),
      make("p", {}, say("story.opened", {when: momentText(claim.opened_at), network: claim.network || say("story.noNetwork")})),
      coverage(claim),
      make("p", {}, say("story.covered", {covered: sizeText(claim.covered), size: sizeText(claim.size)}), " ", ended),
      make("p", {class: "muted"}, say("story.charged", {charged: sizeText(claim.charged)})),
      deliveryList([...deliveries, ...claim.active]));
}

/// Responses that belong to no claim that the token still has.
function otherDeliveries(token, known) {
  const others = token.deliveries.filter(({claim}) => !known.has(claim));
  if (others.length === 0) return null;
  const unlimited = token.max_uses === 0;
  return make("li", {class: "card claim"}, make("h3", {}, say(unlimited ? "story.unlimited" : "story.givenBack")),
              make("p", {}, say(unlimited ? "story.unlimitedWhat" : "story.givenBackWhat")), deliveryList(others));
}

function refusalLine({error, network, first_at, last_at, times}) {
  return make("li", {class: "delivery refused"},
      make("p", {}, make("strong", {}, sayOne("refusal", error)), " ", make("code", {}, error)),
      make("p", {class: "grounds"}, sayCount("story.refused", times, {first: momentText(first_at), last: momentText(last_at), network: network || say("story.noNetwork")})));
}

/// One sentence that says how it stands.
function verdict(token) {
  if (token.max_uses === 0) return say("verdict.unlimited");
  if (token.uses === 0) return say("verdict.unused");
  return sayCount("verdict.used", token.uses, {most: numbers.format(token.max_uses)});
}

function tokenStory(token) {
  const known = new Set(token.claims.map(({id}) => id));
  const claims = [...token.claims].sort((left, right) => Date.parse(left.opened_at) - Date.parse(right.opened_at));
  return make("section", {class: "story", "aria-labelledby": "story"},
      make("h2", {id: "story"}, say("story")), make("p", {class: "verdict"}, verdict(token)),
      make("ol", {class: "claims"}, claims.map((claim, index) => claimCard(claim, index + 1, token.deliveries.filter((delivery) => delivery.claim === claim.id))), otherDeliveries(token, known)),
      token.refusals.length === 0 ? null : [make("h2", {}, say("story.refusals")), make("ol", {class: "card deliveries"}, token.refusals.map(refusalLine))]);
}
