(async () => {
  const fragment = location.hash.slice(1);
  // The token does not stay in the address bar or in the history.
  history.replaceState(null, "", location.pathname);
  const show = (title, text) => {
    document.getElementById("title").textContent = title;
    document.getElementById("text").textContent = text;
  };
  try {
    const answer = await fetch("/fragment", { method: "POST", body: fragment });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = (tag) => page.querySelector(tag)?.textContent ?? "";
    show(part("h1"), part("p"));
  } catch {
    show("The login failed", "snow-token does not listen any more: start the login again.");
  }
})();
