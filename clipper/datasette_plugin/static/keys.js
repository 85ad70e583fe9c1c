// Keys for the library: `data-key` names the element that a key opens or goes to, `data-step` what j and k walk over.
// Nothing here reads or writes anything but the page and, for those who turn the keys off, one word in localStorage.
"use strict";
(() => {
  const OFF = "clipper-keys-off";
  const typed = (node) => node.closest("input, select, textarea, [contenteditable]") !== null;
  let on = true;
  try { on = localStorage.getItem(OFF) === null; } catch { /* no storage: the keys are on */ }

  function go(node) {
    if (node.matches("a")) node.click();
    else {
      node.focus();
      if (node.matches("input")) node.select();
      node.scrollIntoView({ block: "nearest" });
    }
  }

  function step(by) {
    const all = [...document.querySelectorAll("[data-step]")];
    if (!all.length) return;
    const at = all.findIndex((node) => node.contains(document.activeElement));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    (next.matches("[tabindex]") ? next : next.querySelector("a") ?? next).focus();
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || typed(event.target)) return;
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else {
      const node = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
      if (!node) return;
      go(node);
    }
    event.preventDefault();
  });

  const button = document.getElementById("keys-off");
  const told = () => { button.textContent = on ? "Turn these keys off" : "Turn these keys on"; };
  button.hidden = false;
  told();
  button.addEventListener("click", () => {
    on = !on;
    try { if (on) localStorage.removeItem(OFF); else localStorage.setItem(OFF, "1"); } catch { /* until the page goes */ }
    told();
  });
})();
