// <script src=".../embed.js" data-form="guide" async></script> puts the form where the line stands.
// It stores nothing, and says to us only the page (without its query), campaign and own wishes.
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const here = new URLSearchParams(location.search);
  const address = new URL(`/forms/${encodeURIComponent(script.dataset.form)}/`, home);
  const told = address.searchParams;
  told.set("embed", "1");
  told.set("page", location.origin + location.pathname);
  for (const name of ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "for"]) {
    if (here.get(name)) told.set(name, here.get(name));
  }
  if (script.dataset.anonymousId) told.set("anonymous_id", script.dataset.anonymousId);

  const frame = document.createElement("iframe");
  frame.title = script.dataset.title || "Form";
  frame.src = address.href;
  Object.assign(frame.style, { border: "0", width: "100%", height: "30rem" });
  let steps = 0;
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== home || !data) return;
    if (data.handraise === "height") frame.style.height = `${Number(data.height) || 0}px`;
    // After a press the new page begins at its top, which may be above the window.
    if (data.handraise === "shown" && steps++ && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
  });
  script.after(frame);
})();
