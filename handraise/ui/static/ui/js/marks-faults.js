// A field whose fault has just been said beside it is marked as wrong, and no longer once mended.
document.addEventListener("htmx:afterSettle", () => {
  for (const slot of document.querySelectorAll("[id^=fault_]")) {
    for (const field of document.querySelectorAll(`[aria-describedby~="${slot.id}"]`)) {
      if (slot.textContent.trim()) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
});
