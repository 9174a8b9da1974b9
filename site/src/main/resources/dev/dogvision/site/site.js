"use strict";
(function () {
  const html = document.documentElement;

  function remembered() {
    try { return localStorage.getItem("colours"); } catch (e) { return null; }
  }
  const chosen = remembered();
  if (chosen === "light" || chosen === "dark") { html.dataset.colours = chosen; }

  document.addEventListener("DOMContentLoaded", function () {
    colours();
    copyButtons();
    if (matchMedia("(max-width: 52rem)").matches) { document.getElementById("contents").open = false; }
    search();
  });

  function colours() {
    document.getElementById("colours").addEventListener("click", function () {
      const now = html.dataset.colours || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
      html.dataset.colours = now === "dark" ? "light" : "dark";
      try { localStorage.setItem("colours", html.dataset.colours); } catch (e) { /* only for this page, then */ }
    });
  }

  function copyButtons() {
    for (const pre of document.querySelectorAll("pre")) {
      const code = pre.querySelector("code");
      if (!code || code.className.startsWith("language-text")) { continue; }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = html.dataset.copy;
      button.addEventListener("click", function () {
        copy(code.textContent);
        button.textContent = html.dataset.copied;
        setTimeout(function () { button.textContent = html.dataset.copy; }, 1500);
      });
      pre.append(button);
    }
  }

  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).catch(function () { copyBySelection(text); });
    } else {
      copyBySelection(text);
    }
  }

  function copyBySelection(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  function plain(text) {
    return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }

  function search() {
    const input = document.getElementById("search");
    const found = document.getElementById("found");
    let sections = null;
    let selected = -1;

    function prepared() {
      if (!sections) {
        sections = (window.searchIndex || []).map(function (section) {
          return { section: section, page: plain(section.p), heading: plain(section.h), text: plain(section.t) };
        });
      }
      return sections;
    }

    function score(entry, words) {
      let sum = entry.section.l === html.lang ? 1 : 0;
      for (const word of words) {
        const inHeading = entry.heading.includes(word);
        const inPage = entry.page.includes(word);
        const inText = entry.text.includes(word);
        if (!inHeading && !inPage && !inText) { return 0; }
        sum += (inHeading ? 6 : 0) + (inPage ? 3 : 0) + (inText ? 1 : 0);
      }
      return sum;
    }

    function marked(text, words) {
      const folded = plain(text);
      const span = document.createElement("span");
      const first = Math.max(0, Math.min.apply(null, words.map(function (word) {
        const at = folded.indexOf(word);
        return at < 0 ? text.length : at;
      })) - 50);
      // Folding may shorten a text; then places differ, and nothing is marked.
      if (folded.length !== text.length) { span.textContent = text.slice(0, 140); return span; }
      const part = text.slice(first === text.length - 50 ? 0 : first, first + 150);
      let rest = (first > 0 ? "... " : "") + part;
      while (rest) {
        const low = plain(rest);
        let at = -1;
        let length = 0;
        for (const word of words) {
          const place = low.indexOf(word);
          if (place >= 0 && (at < 0 || place < at)) { at = place; length = word.length; }
        }
        if (at < 0) { span.append(rest); break; }
        span.append(rest.slice(0, at));
        const mark = document.createElement("mark");
        mark.textContent = rest.slice(at, at + length);
        span.append(mark);
        rest = rest.slice(at + length);
      }
      return span;
    }

    function show() {
      const words = plain(input.value).split(/\s+/).filter(Boolean);
      found.textContent = "";
      selected = -1;
      found.hidden = words.length === 0;
      if (found.hidden) { return; }
      const hits = prepared()
        .map(function (entry) { return { entry: entry, score: score(entry, words) }; })
        .filter(function (hit) { return hit.score > 0; })
        .sort(function (one, other) { return other.score - one.score; })
        .slice(0, 12);
      for (const hit of hits) {
        const section = hit.entry.section;
        const link = document.createElement("a");
        link.href = html.dataset.root + section.a;
        link.setAttribute("role", "option");
        const name = document.createElement("strong");
        name.textContent = section.p === section.h ? section.p : section.p + ": " + section.h;
        link.append(name, marked(section.t, words));
        found.append(link);
      }
      if (hits.length === 0) {
        const nothing = document.createElement("p");
        nothing.textContent = html.dataset.nothing;
        found.append(nothing);
      }
    }

    function select(step) {
      const links = found.querySelectorAll("a");
      if (links.length === 0) { return; }
      if (links[selected]) { links[selected].removeAttribute("aria-selected"); }
      selected = (selected + step + links.length) % links.length;
      links[selected].setAttribute("aria-selected", "true");
      links[selected].scrollIntoView({ block: "nearest" });
    }

    input.addEventListener("input", show);
    input.addEventListener("focus", show);
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown") { select(1); event.preventDefault(); }
      if (event.key === "ArrowUp") { select(selected < 0 ? 0 : -1); event.preventDefault(); }
      if (event.key === "Escape") { found.hidden = true; }
      if (event.key === "Enter") {
        const link = found.querySelectorAll("a")[Math.max(selected, 0)];
        if (link) { location.href = link.href; found.hidden = true; }
      }
    });
    document.addEventListener("click", function (event) {
      if (!event.target.closest(".search")) { found.hidden = true; }
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
        input.focus();
        event.preventDefault();
      }
    });
  }
})();
