// Runs before anything is drawn, so that a chosen scheme does not flash up as the other one.
try {
  const chosen = localStorage.getItem("lambda-usage-scheme");
  if (chosen) document.documentElement.dataset.scheme = chosen;
} catch {
  // Storage is not allowed: the system's scheme holds.
}
