// Keeps a page of what goes on up to date; without it the page reloads itself now and then.
"use strict";
const place = document.querySelector("[data-events]");
const source = new EventSource(place.dataset.events);
source.addEventListener("state", (event) => {
  const state = JSON.parse(event.data);
  for (const name of ["words", "count"]) {
    const shown = document.querySelector(`[data-live="${name}"]`);
    if (shown.textContent !== state[name]) shown.textContent = state[name];
  }
  const bar = document.querySelector("progress");
  if (state.total > 0) {
    bar.max = state.total;
    bar.value = state.done;
  } else {
    bar.removeAttribute("value");
  }
});
source.addEventListener("over", () => {
  source.close();
  location.replace(place.dataset.after);
});
