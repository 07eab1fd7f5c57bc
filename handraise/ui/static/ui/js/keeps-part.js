// The form of one part of a draft: leaving it does not lose what was typed, and a refusal leaves the
// focus on what is wrong.
(() => {
  let isChanged = Boolean(document.querySelector("#part[data-changed]"));
  const isInside = (element) => Boolean(element.closest?.("#part"));

  document.addEventListener("input", ({ target }) => { if (isInside(target)) isChanged = true; });
  document.addEventListener("submit", ({ target }) => { if (isInside(target)) isChanged = false; });
  document.addEventListener("htmx:afterSwap", () => {
    if (document.querySelector("#part[data-changed]")) isChanged = true;
  });
  addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });

  document.addEventListener("DOMContentLoaded", () => {
    const wrong = "#part[data-refused] :is([aria-invalid=true], .btn--main)";
    document.querySelector(wrong)?.focus();
  });
})();
