// Clean-up: first what it would do, then it.

/// What was counted, each in words; nothing that is zero.
function countList({counts}) {
  const some = Object.entries(counts).filter(([, number]) => number > 0);
  if (some.length === 0) return make("p", {}, say("cleanup.nothing"));
  return table(say("cleanup.counts"), [{label: say("cleanup.what")}, {label: say("times"), number: true}],
               some.map(([word, number]) => [sayOne("cleanup.count", word), numbers.format(number)]));
}

function cleanupReport(report) {
  return make("section", {class: "card"}, make("h2", {tabindex: "-1"}, say(report.dry_run ? "cleanup.would" : "cleanup.did")), countList(report),
              report.faults.length === 0 ? null : make("div", {class: "fault"}, icon("warning"), make("div", {}, make("p", {}, say("cleanup.faults")), make("ul", {}, report.faults.map((text) => make("li", {lang: "en"}, text))))));
}

function showCleanup(place) {
  const result = make("div", {class: "result"});
  const run = (wanted) => fillWith(result, async () => {
    const report = await ask("v1/cleanup", wanted);
    real.disabled = !report.dry_run;
    return cleanupReport(report);
  }).then(() => result.querySelector("h2")?.focus());
  const real = button(say("cleanup.run"), {class: "danger-quiet", disabled: true}, () => confirmFirst({
    title: say("cleanup.run"), label: say("cleanup.run"), danger: true, lines: [say("cleanup.confirm")],
    act: async () => { run({}); },
  }));
  refill(place, heading(say("cleanup")), make("p", {class: "prose"}, say("cleanup.about")),
         make("div", {class: "buttons"}, button(say("cleanup.look"), {class: "primary"}, () => run({dry_run: true})), real),
         make("p", {class: "hint"}, say("cleanup.first")), result);
}
