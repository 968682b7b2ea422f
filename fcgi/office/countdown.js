// How long something still lasts, second by second.

/// "4:59", "23:59:59".
function clockText(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/// Counts down to a moment while it is on the page. Screen readers hear of the last minute and of the end.
function countdown(until) {
  const shown = make("span", {class: "clock"});
  const said = make("span", {class: "unseen", role: "status"});
  const element = make("span", {class: "countdown", role: "timer"}, shown);
  let last = "";
  const tick = () => {
    const left = Math.max(0, Math.ceil((Date.parse(until) - serverTime()) / 1000));
    element.classList.toggle("urgent", left <= 60);
    element.classList.toggle("over", left === 0);
    shown.textContent = left === 0 ? say("expired") : clockText(left);
    const now = left === 0 ? say("expired.said") : left <= 60 ? say("expires.soon") : "";
    if (now !== last) said.textContent = last = now;
    return left;
  };
  tick();
  const timer = setInterval(() => {
    if (!element.isConnected || tick() === 0) clearInterval(timer);
  }, 250);
  return make("span", {}, element, said);
}
