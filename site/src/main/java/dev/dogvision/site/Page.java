package dev.dogvision.site;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * A page of the site.
 *
 * @param source the document's path from the repository's folder, with slashes
 * @param address the page's path within the site, with slashes
 * @param body what the document became, with links as in the document
 */
record Page(String source, String address, Document body) {
  static final String DOCUMENTS = "docs/";

  /** A heading and what stands below it until the next. */
  record Section(String anchor, String heading, String text) {}

  /** Where the page of a document is. */
  static String address(String source) {
    String inDocuments =
        source.startsWith(DOCUMENTS)
            ? source.substring(DOCUMENTS.length())
            : source.toLowerCase(Locale.ROOT);
    return inDocuments.replaceAll("\\.md$", ".html");
  }

  Language language() {
    return Language.of(address);
  }

  /** The first heading. */
  String title() {
    Element heading = body.selectFirst("h1");
    return heading == null ? address : heading.text();
  }

  /** A short title for lists: what stands before a colon. */
  String shortTitle() {
    String title = title();
    int colon = title.indexOf(':');
    return colon > 0 ? title.substring(0, colon) : title;
  }

  /** The way from this page back to the site's own folder; empty or ending in a slash. */
  String toRoot() {
    return "../".repeat((int) address.chars().filter(c -> c == '/').count());
  }

  /** Headings of the second and third degree, for the page's contents. */
  List<Element> headings() {
    return body.select("h2[id], h3[id]");
  }

  /** The page in pieces that a search can lead to. */
  List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    String anchor = "";
    String heading = title();
    StringBuilder text = new StringBuilder();
    for (Element element : body.body().children()) {
      if (element.tagName().matches("h[1-3]")) {
        sections.add(new Section(anchor, heading, text.toString().strip()));
        anchor = element.tagName().equals("h1") ? "" : element.id();
        heading = element.text();
        text.setLength(0);
      } else {
        text.append(element.text()).append(' ');
      }
    }
    sections.add(new Section(anchor, heading, text.toString().strip()));
    sections.removeIf(section -> section.text().isEmpty());
    return sections;
  }
}
