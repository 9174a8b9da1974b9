package dev.dogvision.site;

import static dev.dogvision.site.CodeColours.escape;

import java.util.List;
import java.util.Locale;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/** What stands around each page: name, search, languages, contents of the site and of the page. */
final class PageTemplate {
  private final Site site;
  private final Contents contents;

  PageTemplate(Site site, Contents contents) {
    this.site = site;
    this.contents = contents;
  }

  String html(Page page) {
    Language language = page.language();
    String root = page.toRoot();
    String home = root + language.folder + "index.html";
    boolean landing = page.address().equals(language.folder + "index.html");
    return String.format(
        Locale.ROOT,
        """
        <!doctype html>
        <html lang="%s" data-root="%s" data-nothing="%s" data-copy="%s" data-copied="%s">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>%s</title>
        <link rel="stylesheet" href="%ssite.css">
        <script src="%ssite.js"></script>
        </head>
        <body%s>
        <header>
        <a class="name" href="%s">DogVision</a>
        <div class="search" role="search">
        <input type="search" id="search" placeholder="%s" aria-label="%s" aria-controls="found" autocomplete="off">
        <div id="found" role="listbox" aria-label="%s" hidden></div>
        </div>
        %s
        <button id="colours" type="button" aria-label="%s" title="%s">&#9680;</button>
        </header>
        <div class="columns">
        <nav class="site" aria-label="%s"><details id="contents" open><summary>%s</summary>
        %s</details></nav>
        <main id="main">
        %s
        </main>
        %s
        </div>
        <script src="%ssearch-index.js" defer></script>
        </body>
        </html>
        """,
        language.tag,
        root,
        language.nothingFound,
        language.copy,
        language.copied,
        escape(landing ? page.title() : page.title() + " - DogVision"),
        root,
        root,
        landing ? " class=\"landing\"" : "",
        home,
        language.search,
        language.search,
        language.search,
        otherLanguage(page),
        language.colours,
        language.colours,
        language.contents,
        language.contents,
        siteContents(page),
        page.body().body().html(),
        pageContents(page),
        root);
  }

  /** To the same page in the other language, or to that language's first page. */
  private String otherLanguage(Page page) {
    Language other = page.language().other();
    Page same = site.in(other, page);
    String address = same == null ? other.folder + "index.html" : same.address();
    return String.format(
        Locale.ROOT,
        "<a class=\"language\" lang=\"%s\" hreflang=\"%s\" href=\"%s\">%s</a>",
        other.tag,
        other.tag,
        page.toRoot() + address,
        other.ownName);
  }

  private String siteContents(Page page) {
    StringBuilder html = new StringBuilder();
    for (Contents.Group group : contents.groups()) {
      html.append("<h2>").append(escape(group.name(page.language()))).append("</h2>\n<ul>\n");
      for (String name : group.pages()) {
        html.append(entry(page, site.page(name)));
      }
      html.append("</ul>\n");
    }
    return html.append("<h2>Java</h2>\n<ul>\n<li><a href=\"")
        .append(page.toRoot())
        .append(Site.API)
        .append("/index.html\">")
        .append(page.language().api)
        .append("</a></li>\n</ul>\n")
        .toString();
  }

  private String entry(Page page, Page original) {
    @Nullable Page translated = site.in(page.language(), original);
    Page linked = translated == null ? original : translated;
    boolean foreign = linked.language() != page.language();
    return String.format(
        Locale.ROOT,
        "<li><a href=\"%s\"%s%s>%s</a></li>\n",
        page.toRoot() + linked.address(),
        linked.address().equals(page.address()) ? " aria-current=\"page\"" : "",
        foreign ? " lang=\"" + linked.language().tag + "\"" : "",
        escape(linked.shortTitle()));
  }

  private static String pageContents(Page page) {
    List<Element> headings = page.headings();
    if (headings.size() < 2) {
      return "";
    }
    StringBuilder html = new StringBuilder("<nav class=\"page\" aria-label=\"");
    html.append(page.language().onThisPage).append("\"><h2>");
    html.append(page.language().onThisPage).append("</h2>\n<ul>\n");
    for (Element heading : headings) {
      html.append("<li class=\"")
          .append(heading.tagName())
          .append("\"><a href=\"#")
          .append(heading.id())
          .append("\">")
          .append(escape(heading.text()))
          .append("</a></li>\n");
    }
    return html.append("</ul></nav>").toString();
  }
}
