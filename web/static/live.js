// 大屏自动刷新：有变化时换上新的正文，页面没有本脚本也完整。
// The wall display: when something changes the main part is fetched anew; the page is complete without this.
"use strict";
(() => {
  const address = document.querySelector("main[data-live]")?.dataset.live;
  if (!address || !window.EventSource) return;
  const source = new EventSource(address);
  let waiting = false;
  async function renew() {
    if (waiting || document.querySelector("main details[open], main :focus-visible")) return; // somebody is reading or acting
    waiting = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return source.close();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
      document.querySelector(".foot").replaceWith(page.querySelector(".foot"));
    } finally {
      waiting = false;
    }
  }
  source.addEventListener("changed", renew);
})();
