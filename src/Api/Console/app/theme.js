// A classic script in the head: the chosen theme holds before anything is painted. Without a choice the system's holds.
try {
  const theme = localStorage.getItem('granary.theme');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // A browser without storage has the system's theme.
}
