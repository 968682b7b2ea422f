// How the site fares.

const cronIsLate = 30 * 60 * 1000;
const periods = [7, 30, 90];
let period = 30;

function tile(label, value, note) {
  return make("div", {class: "tile"}, make("dt", {}, label), make("dd", {}, value), note ? make("dd", {class: "note"}, note) : null);
}

function warning(text, kind = "") {
  return make("p", {class: `warning ${kind}`}, icon("warning"), make("span", {}, prose(text)));
}

/// What needs somebody's hand.
function warnings({cron, lock, mails}) {
  const late = cron.ran_at !== null && serverTime() - Date.parse(cron.ran_at) > cronIsLate;
  return [
    cron.ran_at === null ? warning(say("warn.cronNever")) : late ? warning(say("warn.cronLate", {when: distanceText(cron.ran_at)})) : null,
    lock?.state === "LEAK" ? warning(say("warn.leak"), "danger") : null,
    lock?.state === "unverified" ? warning(say("warn.unverified")) : null,
    mails.failed > 0 ? warning(sayCount("warn.mails", mails.failed)) : null,
  ];
}

function lockTile(lock) {
  if (lock === null) return tile(say("lock"), say("lock.unknown"), prose(say("lock.never")));
  return tile(say("lock"), badge(`lock-${lock.state}`, sayOne("lock", lock.state)), say("lock.examined", {when: distanceText(lock.examined_at)}));
}

function tiles(overview, stats) {
  const {mails, cron} = overview;
  return make("dl", {class: "tiles"},
      tile(say("tile.activeNow"), numbers.format(overview.active_downloads), say("tile.activeNote")),
      tile(say("tile.today"), numbers.format(stats.today), say("tile.todayNote")),
      tile(say("tile.live"), numbers.format(overview.active_tokens) + (overview.active_tokens < 50000 ? "" : "+"), sayCount("tile.expiring", overview.expiring_soon)),
      tile(say("tile.success"), stats.success_ratio === null ? "–" : shares.format(stats.success_ratio), sayCount("tile.customers", stats.unique_customers)),
      tile(say("tile.mails"), numbers.format(mails.waiting),
           mails.oldest_at === null ? sayCount("tile.mailsFailed", mails.failed) : say("tile.oldest", {when: distanceText(mails.oldest_at)})),
      tile(say("tile.cron"), cron.ran_at === null ? say("never") : distanceText(cron.ran_at), cron.ran_at === null ? null : momentText(cron.ran_at)),
      lockTile(overview.lock));
}

function showDashboard(place) {
  const body = make("div");
  const load = () => fillWith(body, async () => {
    const [overview, stats] = await Promise.all([ask("v1/overview"), ask(`v1/stats?days=${period}`)]);
    return [make("div", {class: "warnings"}, warnings(overview)), tiles(overview, stats),
            make("div", {class: "figures"}, downloadsFigure(stats), bytesFigure(stats), refusalsFigure(stats),
                 namedFigure(say("chart.platforms"), say("platform"), stats.platforms, say("platform.none")),
                 namedFigure(say("chart.policies"), say("policy"), stats.policies, say("policy.none"))),
            make("p", {class: "hint"}, say("dashboard.about", {version: overview.version}))];
  });
  const chosen = choice({name: "period", "aria-label": say("period"), change: () => { period = Number(chosen.value); load(); }},
                        periods.map((days) => [days, sayCount("period.days", days)]));
  chosen.value = period;
  refill(place, heading(say("dashboard"), make("div", {class: "buttons"}, chosen, button(say("refresh"), {}, load))), body);
  return load();
}
