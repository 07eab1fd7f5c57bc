// <button data-prints> prints the page, once all of it is there.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-prints]")) return;
  if (!document.querySelector(".still-comes")) return print();
  document.addEventListener("htmx:afterSettle", () => print(), { once: true });
});
