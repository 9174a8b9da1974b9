package dev.dogvision.site;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.common.io.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/**
 * The site: pages of the documents, by their address. Links between documents become links between
 * pages; files of the repository that documents speak of come along, sources as pages of their own.
 */
final class Site {
  /** The folder of the Javadoc. */
  static final String API = "api";

  private static final String SOURCES = "source/";

  private final Path root;
  private final Contents contents;

  /** By the document's path from the root. */
  private final Map<String, Page> pages;

  private Site(Path root, Contents contents, Map<String, Page> pages) {
    this.root = root;
    this.contents = contents;
    this.pages = pages;
  }

  /**
   * Reads the documents.
   *
   * @param root the repository's folder
   */
  static Site read(Path root) throws IOException {
    Path documents = root.resolve("docs");
    Contents contents = Contents.read(documents);
    List<String> names = new ArrayList<>(List.of("index.md"));
    contents.groups().forEach(group -> names.addAll(group.pages()));
    Map<String, Page> pages = new LinkedHashMap<>();
    for (String name : names) {
      add(root, documents.resolve(name).normalize(), pages);
      add(root, documents.resolve(Language.PORTUGUESE.folder).resolve(name).normalize(), pages);
    }
    return new Site(root, contents, pages);
  }

  private static void add(Path root, Path document, Map<String, Page> pages) throws IOException {
    if (Files.isRegularFile(document)) {
      String source = root.relativize(document).toString().replace('\\', '/');
      String text = Files.readString(document);
      pages.putIfAbsent(source, new Page(source, Page.address(source), Markdown.html(text)));
    }
  }

  Path root() {
    return root;
  }

  List<Page> pages() {
    return List.copyOf(pages.values());
  }

  /**
   * Writes the site, but for its Javadoc.
   *
   * @param output the site's folder; what is in it is deleted
   */
  void write(Path output) throws IOException {
    if (Files.exists(output)) {
      MoreFiles.deleteRecursively(output, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    Files.createDirectories(output);
    Set<String> files = new TreeSet<>();
    Set<String> pictures = new TreeSet<>();
    PageTemplate template = new PageTemplate(this, contents);
    for (Page page : pages.values()) {
      rewrite(page, files, pictures);
      write(output.resolve(page.address()), template.html(page));
    }
    for (String file : files) {
      Page source = sourcePage(file);
      write(output.resolve(source.address()), template.html(source));
    }
    for (String picture : pictures) {
      if (Files.isRegularFile(root.resolve(picture))) { // a missing one is for the check to tell
        Path target = output.resolve(Page.address(picture));
        Files.createDirectories(target.getParent());
        Files.copy(root.resolve(picture), target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    for (String asset : List.of("site.css", "site.js")) {
      write(
          output.resolve(asset),
          Resources.toString(Resources.getResource(Site.class, asset), StandardCharsets.UTF_8));
    }
    write(output.resolve("search-index.js"), SearchIndex.script(pages()));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, text);
  }

  /** Makes a document's links lead to the site's pages, and collects what they need. */
  private void rewrite(Page page, Set<String> files, Set<String> pictures) {
    Document body = page.body();
    for (Element picture : body.select("img[src]")) {
      String path = resolve(page, picture.attr("src"));
      pictures.add(path);
      picture.attr("src", page.toRoot() + Page.address(path)).attr("loading", "lazy");
    }
    for (Element link : body.select("a[href]")) {
      String href = link.attr("href");
      if (href.matches("(?i)(https?|mailto):.*")) {
        link.attr("rel", "noopener");
      } else if (!href.startsWith("#")) {
        int hash = href.indexOf('#');
        String path = resolve(page, hash < 0 ? href : href.substring(0, hash));
        link.attr("href", target(page, path, files) + (hash < 0 ? "" : href.substring(hash)));
      }
    }
  }

  /** The path from the root of what a document names from where it stands. */
  private static String resolve(Page page, String path) {
    return Path.of(page.source()).resolveSibling(path).normalize().toString().replace('\\', '/');
  }

  private String target(Page page, String path, Set<String> files) {
    Page linked = pages.get(path);
    if (linked != null) {
      return page.toRoot() + linked.address();
    }
    if (path.equals("README.md")) {
      return page.toRoot() + page.language().folder + "index.html";
    }
    if (Files.isRegularFile(root.resolve(path))) {
      files.add(path);
    }
    return page.toRoot() + SOURCES + path + ".html"; // a broken one is for the check to tell
  }

  private Page sourcePage(String file) throws IOException {
    String language = file.substring(file.lastIndexOf('.') + 1);
    String name = file.substring(file.lastIndexOf('/') + 1);
    String text = Files.readString(root.resolve(file));
    Document body =
        language.equals("md")
            ? Markdown.html(text)
            : Markdown.html(
                "# " + name + "\n\n`" + file + "`\n\n````" + language + "\n" + text + "\n````\n");
    return new Page(file, SOURCES + file + ".html", body);
  }

  /** A page in another language, if there is one. */
  @Nullable Page in(Language language, Page page) {
    String name = page.address().substring(page.language().folder.length());
    return pages.values().stream()
        .filter(other -> other.address().equals(language.folder + name))
        .findFirst()
        .orElse(null);
  }

  /** The page of a document in {@code docs/}. */
  Page page(String name) {
    Page page = pages.get(Path.of("docs", name).normalize().toString().replace('\\', '/'));
    if (page == null) {
      throw new IllegalArgumentException("no page " + name);
    }
    return page;
  }
}
