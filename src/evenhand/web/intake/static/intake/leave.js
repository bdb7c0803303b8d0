/* Leaves without an entry to come back to. Without JavaScript the link still goes there. */
(() => {
  "use strict";
  for (const link of document.querySelectorAll("[data-leave]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      window.location.replace(link.href);
    });
  }
})();
