// The statistics as figures.

const countColumns = [...series.map(({key}) => key), "bytes"];

/// A row of a table of counts.
function countCells(label, counts) {
  return [label, ...countColumns.map((key) => key === "bytes" ? sizeText(counts.bytes) : numbers.format(counts[key]))];
}

function countTable(caption, first, rows) {
  return table(caption, [{label: first}, ...countColumns.map((key) => ({label: say(`series.${key}`), number: true}))], rows);
}

/// Downloads by day.
function downloadsFigure(stats) {
  const keys = seriesOf(stats.days);
  const title = say("chart.downloads");
  const stacks = stats.days.map((day) => keys.map(({key}) => [key, day[key]]));
  const {completed, aborted, failed, refused} = stats.downloads;
  return figure(title, say("chart.downloadsSaid", {completed: numbers.format(completed), aborted: numbers.format(aborted + failed), refused: numbers.format(refused)}),
      [legend(keys), fitted((width) => drawDays(width, stats.days.map(({day}) => day), stacks, (number) => numbers.format(number)))],
      countTable(title, say("day"), [...stats.days].reverse().map((day) => countCells(dayText(day.day), day))));
}

function bytesFigure(stats) {
  const title = say("chart.bytes");
  return figure(title, say("chart.bytesSaid", {bytes: sizeText(stats.downloads.bytes)}),
      fitted((width) => drawDays(width, stats.days.map(({day}) => day), stats.days.map(({bytes}) => [["completed", bytes]]), sizeText, true)),
      table(title, [{label: say("day")}, {label: say("series.bytes"), number: true}],
            [...stats.days].reverse().map(({day, bytes}) => [dayText(day), sizeText(bytes)])));
}

/// Counts by a name, such as the policy's.
function namedFigure(title, first, counts, nameless) {
  const rows = Object.entries(counts).map(([word, count]) => ({label: word === "" ? make("i", {}, nameless) : name(word), count}));
  if (rows.length === 0) return figure(title, say("chart.nothing"), null, make("p", {}, say("chart.nothing")));
  const keys = seriesOf(rows.map(({count}) => count));
  const total = (count) => keys.reduce((sum, {key}) => sum + count[key], 0);
  rows.sort((left, right) => total(right.count) - total(left.count));
  const most = Math.max(1, ...rows.map(({count}) => total(count)));
  return figure(title, say("chart.named"),
      [legend(keys), make("div", {class: "bars"}, rows.slice(0, 8).map(({label, count}) =>
          make("div", {class: "bar-row"}, make("span", {class: "bar-name"}, label.cloneNode(true)), drawBar(count, keys, most), make("span", {class: "number"}, numbers.format(total(count))))))],
      countTable(title, first, rows.map(({label, count}) => countCells(label, count))));
}

/// Requests that were refused, by reason.
function refusalsFigure(stats) {
  const title = say("chart.refusals");
  const rows = Object.entries(stats.refusals).sort(([, left], [, right]) => right - left);
  if (rows.length === 0) return figure(title, say("chart.noRefusals"), null, make("p", {}, say("chart.noRefusals")));
  const most = rows[0][1];
  return figure(title, sayCount("chart.refusalsSaid", stats.downloads.refused),
      make("div", {class: "bars"}, rows.slice(0, 8).map(([word, times]) =>
          make("div", {class: "bar-row"}, make("span", {class: "bar-name"}, sayOne("refusal", word)), drawBar({refused: times}, [{key: "refused"}], most), make("span", {class: "number"}, numbers.format(times))))),
      table(title, [{label: say("reason")}, {label: say("word")}, {label: say("times"), number: true}],
            rows.map(([word, times]) => [sayOne("refusal", word), make("code", {}, word), numbers.format(times)])));
}
