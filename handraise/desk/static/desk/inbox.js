// The inbox with keys alone: j k move, enter opens the lead, ? lists the keys of what can be done.
(() => {
  const offers = () => [...document.querySelectorAll("[data-offer]")];

  function move(step) {
    const all = offers();
    if (!all.length) return;
    const here = all.findIndex((offer) => offer.hasAttribute("aria-current"));
    const next = all[Math.max(0, Math.min(all.length - 1, here + step))];
    // Marked at once, so that the next key counts from here before the brief has come.
    for (const offer of all) offer.removeAttribute("aria-current");
    next.setAttribute("aria-current", "true");
    next.scrollIntoView({ block: "nearest" });
    next.click();
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    "?": () => document.getElementById("keys")?.showPopover(),
    Enter: () => document.querySelector(".brief-head h1 a")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (document.querySelector(":popover-open")) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === "Enter" && event.target.closest("a:not([data-offer][aria-current]), button, summary")) return;
    // Letters press the button that carries them; a button that is not there has no key.
    const button = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key=${event.key}]`);
    const act = keys[event.key] ?? (button ? () => button.click() : null);
    if (act) { event.preventDefault(); act(); }
  });

  // A dialog that a key opened gives the focus back to nothing: to the offer shown, then.
  document.addEventListener("toggle", (event) => {
    const here = document.activeElement;
    if (event.newState === "closed" && (here === document.body || event.target.contains(here))) {
      document.querySelector("[data-offer][aria-current]")?.focus({ preventScroll: true });
    }
  }, true);

  // A swap takes the focused link or button away: who was in the inbox stays at the offer shown.
  let wasInside = false;
  document.addEventListener("htmx:beforeSwap", () => {
    wasInside = Boolean(document.activeElement?.closest("#inbox"));
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (wasInside && document.activeElement === document.body) {
      document.querySelector("[data-offer][aria-current]")?.focus({ preventScroll: true });
    }
    wasInside = false;
  });
})();
