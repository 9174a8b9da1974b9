package dev.dogvision.report;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** What all pages have: one file with its style and script, which refuses the network. */
final class HtmlPage {
  private HtmlPage() {}

  /** Up to the body, of which it writes the link past the navigation. */
  static void start(HtmlWriter html, String title, String firstSection, String itsName) {
    head(html, title, resource("report.css"), resource("report.js"));
    html.start("body").line();
    html.element("a", "Skip to " + itsName, "class", "skip", "href", "#" + firstSection).line();
  }

  /** Everything before the body. */
  static void head(HtmlWriter html, String title, String style, String script) {
    html.start("html", "lang", "en").line();
    html.start("head").line();
    html.empty("meta", "charset", "utf-8").line();
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1").line();
    // A browser then refuses the network, and any script but ours, whatever a label says.
    html.empty(
            "meta",
            "http-equiv",
            "Content-Security-Policy",
            "content",
            "default-src 'none'; img-src data:; style-src '"
                + hash(style)
                + "'; script-src '"
                + hash(script)
                + "'; base-uri 'none'; form-action 'none'")
        .line();
    html.element("title", title).line();
    html.empty("link", "rel", "icon", "href", "data:,").line();
    html.trusted("style", style);
    html.end("head").line();
  }

  /** From the end of the sections. */
  static void end(HtmlWriter html) {
    html.start("footer");
    html.text("Written by DogVision. This file holds everything it shows and fetches nothing.");
    html.end("footer").line();
    html.trusted("script", resource("report.js"));
    html.end("body").line();
    html.end("html").line();
  }

  /** Links to sections: their ids and names. */
  static void navigation(HtmlWriter html, Map<String, String> sections) {
    html.start("nav", "aria-label", "Sections").start("ul").line();
    sections.forEach(
        (id, name) -> html.start("li").element("a", name, "href", "#" + id).end("li").line());
    html.end("ul").end("nav").line();
  }

  static void section(HtmlWriter html, String id, String heading) {
    html.start("section", "aria-labelledby", id).line();
    html.element("h2", heading, "id", id).line();
  }

  /** What may be wider than the window scrolls by itself, with the arrow keys as well. */
  static void scroller(HtmlWriter html, String name) {
    html.start("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", name);
  }

  /** Names and values, one a row, under a caption. */
  static void facts(HtmlWriter html, String caption, Map<String, String> facts) {
    html.start("div", "class", "scroll").start("table", "class", "facts");
    html.element("caption", caption, "class", "muted").start("tbody").line();
    facts.forEach(
        (name, value) -> {
          html.start("tr").element("th", name, "scope", "row").element("td", value);
          html.end("tr").line();
        });
    html.end("tbody").end("table").end("div").line();
  }

  /** A photograph inside of the page. */
  static void image(HtmlWriter html, Thumbnail photo, String description) {
    html.empty(
        "img",
        "src",
        photo.dataUri(),
        "width",
        photo.width(),
        "height",
        photo.height(),
        "alt",
        description);
  }

  static String hash(String content) {
    byte[] hash = Hashing.sha256().hashString(content, StandardCharsets.UTF_8).asBytes();
    return "sha256-" + Base64.getEncoder().encodeToString(hash);
  }

  static String resource(String name) {
    try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The library's jar has no " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
