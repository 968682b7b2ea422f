'use strict';
// The pages work without this. It tells times in the reader's own time zone, counts down, copies, and says what the button did.
const language = document.documentElement.lang;
const moment = new Intl.DateTimeFormat(language, {dateStyle: 'long', timeStyle: 'short'});
const zone = new Intl.DateTimeFormat(language, {timeZoneName: 'short'});

function zoneOf(date) {
  return zone.formatToParts(date).find((part) => part.type === 'timeZoneName').value;
}

for (const time of document.querySelectorAll('time')) {
  const date = new Date(time.dateTime);
  time.textContent = `${moment.format(date)} ${zoneOf(date)}`;
}

// 65 -> "1:05", 90000 -> "25:00:00"; from two days on only days are told.
function clock(seconds) {
  const two = (number) => String(number).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  if (days >= 2) return new Intl.NumberFormat(language, {style: 'unit', unit: 'day', unitDisplay: 'long'}).format(days);
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function countDown(place) {
  // The server's clock decides; the reader's may be wrong by hours.
  const begun = performance.now(), seconds = Number(place.dataset.seconds);
  const told = document.querySelector('.told'), button = document.querySelector('.main-button');
  const timer = setInterval(tick, 250);
  function tick() {
    const left = Math.ceil(seconds - (performance.now() - begun) / 1000);
    place.textContent = clock(Math.max(0, left));
    place.classList.toggle('ends', left <= 60);
    if (left > 0) return;
    clearInterval(timer);
    button.disabled = true;
    told.textContent = told.dataset.over;
    told.classList.add('over');
  }
  place.closest('div').hidden = false;
  tick();
}

const left = document.querySelector('[data-seconds]');
if (left) countDown(left);

for (const line of document.querySelectorAll('.line')) {
  const button = line.querySelector('button');
  button.hidden = false;
  button.addEventListener('click', async () => {
    const range = document.createRange();
    range.selectNodeContents(line.querySelector('code'));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    // Without TLS browsers have no clipboard but for what is selected.
    if (navigator.clipboard) await navigator.clipboard.writeText(line.querySelector('code').textContent);
    else document.execCommand('copy');
    button.textContent = button.dataset.copied;
  });
}

document.querySelector('form.download')?.addEventListener('submit', () => {
  const told = document.querySelector('.told');
  told.textContent = told.dataset.started;
});
