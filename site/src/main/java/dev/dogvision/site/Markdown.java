package dev.dogvision.site;

import java.util.List;
import org.commonmark.Extension;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** Makes HTML of a document: coloured code, tables that scroll by themselves. */
final class Markdown {
  private static final List<Extension> EXTENSIONS =
      List.of(
          AutolinkExtension.create(), TablesExtension.create(), HeadingAnchorExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
  private static final HtmlRenderer RENDERER =
      HtmlRenderer.builder().extensions(EXTENSIONS).build();

  private Markdown() {}

  static Document html(String markdown) {
    Document document = Jsoup.parse(RENDERER.render(PARSER.parse(markdown)));
    document.outputSettings().prettyPrint(false);
    for (Element code : document.select("pre > code")) {
      String language = code.className().replace("language-", "");
      code.html(CodeColours.html(code.wholeText(), language));
      code.attr("tabindex", "0");
    }
    for (Element table : document.select("table")) {
      table.wrap("<div class=\"table\" tabindex=\"0\"></div>");
    }
    return document;
  }
}
