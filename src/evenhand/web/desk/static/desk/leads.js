/* Comfort only: every step is also a link or a form on the page.
 *
 * The list of leads (data-keys) already moves with j and k and opens with o. Here: n goes to "Not abuse" of the
 * lead that has the focus, ? shows or hides the help. Without a focus in the list, j takes it to the first lead. */
(() => {
  "use strict";

  const list = document.querySelector("[data-keys]");
  if (!list) return;

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  const acts = {
    n: (item) => {
      const link = item && item.querySelector("[data-not-abuse]");
      if (link) link.click();
      return Boolean(link);
    },
    "?": () => {
      const help = document.querySelector("[data-keys-hint]");
      help.hidden = !help.hidden;
      return true;
    },
    j: (item, target) => {
      if (target !== document.body) return false;
      list.querySelector("[data-item]").focus();
      return true;
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = acts[event.key];
    if (act && act(event.target.closest("[data-item]"), event.target)) event.preventDefault();
  });
})();
