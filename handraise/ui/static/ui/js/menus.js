// A menu closes when something else is clicked, or on Escape.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open], .bottombar details[open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(null); });
