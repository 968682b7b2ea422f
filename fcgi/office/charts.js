// Charts: stacked bars whose parts differ by pattern as well as by colour, and the table behind each.

let chartsMade = 0;

/// What a download can have come to, in the order in which bars are stacked. `always` has it in the legend though it never was.
const series = [
  {key: "completed", always: true}, {key: "handed_off"}, {key: "aborted", always: true}, {key: "failed"}, {key: "refused", always: true},
];

function seriesOf(counts) {
  return series.filter(({key, always}) => always || counts.some((count) => count[key] > 0));
}

/// The patterns that parts are filled with, as a <defs>; `id` keeps those of two charts apart.
function patterns(id) {
  const pattern = (key, size, ...shapes) => draw("pattern", {id: `${id}-${key}`, width: size, height: size, patternUnits: "userSpaceOnUse"},
      draw("rect", {width: size, height: size, class: `fill-${key}`}), shapes);
  return draw("defs", {},
      pattern("completed", 8), pattern("handed_off", 6, draw("path", {d: "M0 3h6", class: "mark"})),
      pattern("aborted", 6, draw("path", {d: "M-1 7l8-8M-1 1l2-2M5 7l2-2", class: "mark"})),
      pattern("failed", 6, draw("path", {d: "M0 0l6 6M6 0l-6 6", class: "mark"})),
      pattern("refused", 6, draw("circle", {cx: 3, cy: 3, r: 1.3, class: "dot"})));
}

function legend(keys) {
  const id = `chart-${++chartsMade}`;
  return make("ul", {class: "legend"}, keys.map(({key}) => make("li", {},
      draw("svg", {width: 14, height: 14, "aria-hidden": "true"}, patterns(`${id}-${key}`), draw("rect", {width: 14, height: 14, rx: 2, fill: `url(#${id}-${key}-${key})`})),
      say(`series.${key}`))));
}

/// A number of which four steps reach `most`, easy to read: a power of two if bytes are counted, else 1, 2 or 5 and zeros.
function stepFor(most, binary) {
  const rough = Math.max(1, most / 4);
  if (binary) return 2 ** Math.ceil(Math.log2(rough));
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

/// Bars over days, as wide as its place. @param stacks  for each day: [[key, number]]
function drawDays(width, days, stacks, written, binary) {
  const [height, left, bottom, top] = [220, binary ? 62 : 40, 22, 8];
  const id = `chart-${++chartsMade}`;
  const most = Math.max(1, ...stacks.map((stack) => stack.reduce((sum, [, number]) => sum + number, 0)));
  const step = stepFor(most, binary);
  const ceiling = Math.ceil(most / step) * step;
  const y = (number) => top + (height - top - bottom) * (1 - number / ceiling);
  const slot = (width - left - 4) / days.length;
  const parts = [patterns(id)];
  for (let line = 0; line <= ceiling; line += step)
    parts.push(draw("path", {d: `M${left} ${y(line)}H${width}`, class: "grid"}), draw("text", {x: left - 6, y: y(line) + 4, class: "axis end"}, written(line)));
  days.forEach((day, index) => {
    let below = 0;
    const x = left + index * slot + slot * 0.12;
    const bars = stacks[index].filter(([, number]) => number > 0).map(([key, number]) => {
      const bar = draw("rect", {x, y: y(below + number), width: slot * 0.76, height: y(below) - y(below + number), fill: `url(#${id}-${key})`, class: "bar"});
      below += number;
      return bar;
    });
    parts.push(draw("g", {}, draw("title", {}, `${dayText(day)}: ${written(below)}`), draw("rect", {x: left + index * slot, y: top, width: slot, height: height - top - bottom, class: "hit"}), bars));
  });
  const every = Math.ceil(days.length / Math.max(2, Math.floor((width - left) / 90)));
  for (let index = (days.length - 1) % every; index < days.length; index += every)
    parts.push(draw("text", {x: left + (index + 0.5) * slot, y: height - 5, class: index === days.length - 1 && days.length > 7 ? "axis end" : "axis middle"}, dayText(days[index])));
  return draw("svg", {class: "days", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true"}, parts);
}

/// One line of a bar chart: its parts, to a scale on which `most` is the whole width.
function drawBar(counts, keys, most) {
  const id = `chart-${++chartsMade}`;
  let before = 0;
  const parts = keys.map(({key}) => {
    const part = draw("rect", {x: `${100 * before / most}%`, width: `${100 * counts[key] / most}%`, height: 14, fill: `url(#${id}-${key})`, class: "bar"});
    before += counts[key];
    return part;
  });
  return draw("svg", {class: "row-bar", height: 14, "aria-hidden": "true"}, patterns(id), parts);
}

/// A chart with its title, what it says in a sentence, and its table.
function figure(title, sentence, chart, tableOf) {
  return make("figure", {class: "card"}, make("figcaption", {}, make("h2", {}, title), make("p", {class: "muted"}, sentence)), chart,
              make("details", {}, make("summary", {}, say("chart.table")), tableOf));
}

/// A place that draws itself again when its width changes.
function fitted(drawn) {
  const place = make("div", {class: "chart"});
  let last = 0;
  new ResizeObserver(([{contentRect}]) => {
    const width = Math.floor(contentRect.width);
    if (width > 0 && width !== last) refill(place, drawn(last = width));
  }).observe(place);
  return place;
}
