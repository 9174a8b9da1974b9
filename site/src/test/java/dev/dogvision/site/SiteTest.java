package dev.dogvision.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The site of the documents as they are: without Javadoc, which the command adds. */
class SiteTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir static Path output;
  @TempDir Path folder;
  private static LinkCheck links;

  @BeforeAll
  static void build() throws IOException {
    Site.read(ROOT).write(output);
    links = LinkCheck.of(output, List.of(Site.API));
  }

  private static Document page(String address) throws IOException {
    return Jsoup.parse(output.resolve(address));
  }

  @Test
  void every_link_anchor_and_picture_within_the_site_leads_to_something() {
    assertThat(links.broken()).isEmpty();
    assertThat(links.checked()).isGreaterThan(1000);
    assertThat(links.external()).isNotEmpty().allMatch(address -> address.contains(":"));
  }

  @Test
  void every_document_is_a_page_that_the_contents_lead_to() throws IOException {
    Set<String> documents;
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      documents =
          files
              .filter(file -> file.toString().endsWith(".md"))
              .map(file -> ROOT.relativize(file).toString().replace('\\', '/'))
              .map(Page::address)
              .collect(Collectors.toCollection(TreeSet::new));
    }
    for (String home : List.of("index.html", "pt-BR/index.html")) {
      Set<String> reached = new TreeSet<>(Set.of("index.html", "pt-BR/index.html"));
      for (String link : page(home).select("nav.site a").eachAttr("href")) {
        reached.add(Path.of(home).resolveSibling(link).normalize().toString().replace('\\', '/'));
      }
      Language language = Language.of(home);
      assertThat(reached)
          .containsAll(
              documents.stream()
                  .filter(page -> language == Language.PORTUGUESE || Language.of(page) == language)
                  .filter(
                      page ->
                          !documents.contains(language.folder + page)
                              || Language.of(page) == language)
                  .toList());
    }
    assertThat(documents).allSatisfy(page -> assertThat(output.resolve(page)).exists());
  }

  @Test
  void pages_switch_to_themselves_in_the_other_language() throws IOException {
    assertThat(page("tutorial.html").select("a.language").attr("href"))
        .isEqualTo("pt-BR/tutorial.html");
    assertThat(page("pt-BR/tutorial.html").select("a.language").attr("href"))
        .isEqualTo("../tutorial.html");
    assertThat(page("how-to/few-pictures.html").select("a.language").attr("href"))
        .isEqualTo("../pt-BR/how-to/few-pictures.html");
    assertThat(page("guide.html").select("a.language").attr("href"))
        .as("of a page that there is in English only")
        .isEqualTo("pt-BR/index.html");
    assertThat(page("pt-BR/tutorial.html").select("html").attr("lang")).isEqualTo("pt-BR");
    assertThat(page("pt-BR/index.html").select("nav.site a[lang=en]")).isNotEmpty();
  }

  @Test
  void pages_have_contents_of_their_own() throws IOException {
    Document tutorial = page("tutorial.html");

    assertThat(tutorial.select("nav.page a").eachText())
        .contains("1. The labels, as a table", "22. Your own dog");
    assertThat(tutorial.select("nav.site a[aria-current]").eachText()).containsExactly("Tutorial");
  }

  @Test
  void the_landing_page_says_in_three_lines_and_three_of_code_what_it_is() throws IOException {
    String document = Files.readString(ROOT.resolve("docs/index.md"));

    assertThat(document.split("\n\n", -1)[1].lines()).hasSize(3);
    assertThat(page("index.html").select("main > p").first().text())
        .startsWith("Which breed is this dog?");
    assertThat(page("index.html").select("main pre code").first().wholeText().lines()).hasSize(3);
  }

  @Test
  void sources_that_documents_speak_of_are_pages() throws IOException {
    Document source =
        page("source/examples/src/main/java/dev/dogvision/examples/KaggleSubmission.java.html");

    assertThat(source.select("main pre").text()).contains("class KaggleSubmission");
    assertThat(page("source/LICENSE.html").select("main pre").text()).contains("Apache License");
  }

  @Test
  void nothing_is_fetched_from_elsewhere() throws IOException {
    for (Path page : List.of(output.resolve("index.html"), output.resolve("guide.html"))) {
      assertThat(Jsoup.parse(page).select("[src], link[href]").stream())
          .extracting(
              element -> element.hasAttr("src") ? element.attr("src") : element.attr("href"))
          .isNotEmpty()
          .noneMatch(address -> address.contains(":") || address.startsWith("/"));
    }
    assertThat(Files.readString(output.resolve("site.css"))).doesNotContain("http", "@import");
    assertThat(Files.readString(output.resolve("site.js"))).doesNotContain("http", "fetch(");
  }

  @Test
  void pages_that_the_contents_do_not_name_stand_at_the_end() throws IOException {
    Files.writeString(folder.resolve("contents.txt"), "# One | Um\na.md\n");
    Files.createDirectories(folder.resolve("deep"));
    Files.writeString(folder.resolve("a.md"), "# A\n");
    Files.writeString(folder.resolve("deep/new.md"), "# New\n");

    Contents contents = Contents.read(folder);

    assertThat(contents.groups())
        .extracting(Contents.Group::english)
        .containsExactly("One", "More");
    assertThat(contents.groups().get(1).pages()).containsExactly("deep/new.md");
    assertThat(contents.groups().get(0).name(Language.PORTUGUESE)).isEqualTo("Um");
  }

  @Test
  void refuses_contents_that_name_what_is_not_there_or_twice() throws IOException {
    Files.writeString(folder.resolve("contents.txt"), "# One | Um\na.md\n");
    assertThatThrownBy(() -> Contents.read(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("contents.txt: the page a.md is not there");

    Files.writeString(folder.resolve("a.md"), "# A\n");
    Files.writeString(folder.resolve("contents.txt"), "# One | Um\na.md\na.md\n");
    assertThatThrownBy(() -> Contents.read(folder)).hasMessageContaining("stands there twice");

    Files.writeString(folder.resolve("contents.txt"), "a.md\n");
    assertThatThrownBy(() -> Contents.read(folder)).hasMessageContaining("stands in no group");
  }

  @Test
  void broken_links_are_found() throws IOException {
    Files.writeString(
        folder.resolve("a.html"),
        "<h2 id=one>x</h2><a href='#one'></a><a href='#two'></a><a href='b.html'></a>"
            + "<img src='c.png'><a href='../out.html'></a><a href='https://example.org/'></a>");

    LinkCheck check = LinkCheck.of(folder, List.of());

    assertThat(check.broken())
        .containsExactlyInAnyOrder(
            "a.html -> #two: no such heading",
            "a.html -> b.html: no such file",
            "a.html -> c.png: no such file",
            "a.html -> ../out.html: no such file");
    assertThat(check.external()).containsExactly("https://example.org/");
  }

  @Test
  void code_is_coloured_and_stays_as_it_is() {
    String code = "var text = \"a < b // no\"; // it's <so>\nint one = 0x1F + 12;";

    String html = CodeColours.html(code, "java");

    assertThat(Jsoup.parse("<pre>" + html + "</pre>").select("pre").first().wholeText())
        .isEqualTo(code);
    assertThat(Jsoup.parse(html).select(".c-comment").eachText()).containsExactly("// it's <so>");
    assertThat(Jsoup.parse(html).select(".c-text").eachText()).containsExactly("\"a < b // no\"");
    assertThat(Jsoup.parse(html).select(".c-word").eachText()).containsExactly("var", "int");
  }
}
