// <form data-sends-itself>: a change of one of its choices sends it.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-sends-itself]");
  if (form && event.target.type !== "search") form.requestSubmit();
});
