/* Comfort only: every page works without this file.
 *
 * Lists marked data-keys: with the focus inside, arrow keys (or j and k) go from item to item, o opens or
 * hides an item's text, Escape hides it. Keys act only inside the list, so they take nothing from anybody. */
(() => {
  "use strict";

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  const step = (items, current, by) => {
    const next = items[Math.min(Math.max(items.indexOf(current) + by, 0), items.length - 1)];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  };

  const veilOf = (item) => (item ? item.querySelector("details") : null);

  const onKey = (list, event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const items = [...list.querySelectorAll("[data-item]")];
    const current = event.target.closest("[data-item]");
    const veil = veilOf(current);
    const acts = {
      ArrowDown: () => step(items, current, 1),
      j: () => step(items, current, 1),
      ArrowUp: () => step(items, current, -1),
      k: () => step(items, current, -1),
      o: () => veil && (veil.open = !veil.open),
      Escape: () => veil && (veil.open = false),
    };
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  };

  for (const list of document.querySelectorAll("[data-keys]")) {
    for (const item of list.querySelectorAll("[data-item]")) item.tabIndex = -1;
    const first = list.querySelector("[data-item]");
    if (first) first.tabIndex = 0;
    list.addEventListener("keydown", (event) => onKey(list, event));
    for (const hint of document.querySelectorAll("[data-keys-hint]")) hint.hidden = false;
  }

  const fault = document.querySelector("[data-focus-first]");
  if (fault) fault.focus();
})();
