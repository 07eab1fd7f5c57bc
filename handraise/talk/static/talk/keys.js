// The letter named by data-press goes to that field, wherever nothing is being typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (document.querySelector(":popover-open")) return;
  const field = document.querySelector(`[data-press="${CSS.escape(event.key)}"]`);
  if (field) { event.preventDefault(); field.focus(); }
});
