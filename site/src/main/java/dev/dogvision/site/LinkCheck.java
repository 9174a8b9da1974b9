package dev.dogvision.site;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** Whether links, anchors and pictures of a site's pages lead to something. */
final class LinkCheck {
  private final Path site;
  private final List<String> left;
  private final Map<Path, Set<String>> anchors = new HashMap<>();
  private final List<String> broken = new ArrayList<>();
  private final Set<String> external = new TreeSet<>();
  private int checked;

  private LinkCheck(Path site, List<String> left) {
    this.site = site;
    this.left = left;
  }

  /**
   * Looks at all pages but the Javadoc's own.
   *
   * @param site the site's folder
   * @param left folders of it that are not looked into, nor whether anything is there
   */
  static LinkCheck of(Path site, List<String> left) throws IOException {
    LinkCheck check = new LinkCheck(site.toAbsolutePath().normalize(), left);
    List<Path> pages;
    try (Stream<Path> files = Files.walk(check.site)) {
      pages =
          files
              .filter(path -> path.toString().endsWith(".html"))
              .filter(path -> !path.startsWith(check.site.resolve(Site.API)))
              .sorted()
              .toList();
    }
    for (Path page : pages) {
      Document document = Jsoup.parse(page);
      for (Element element : document.select("a[href], link[href]")) {
        check.look(page, element.attr("href"));
      }
      for (Element element : document.select("img[src], script[src]")) {
        check.look(page, element.attr("src"));
      }
    }
    return check;
  }

  private void look(Path page, String link) throws IOException {
    if (link.matches("(?i)(https?|mailto):.*")) {
      external.add(link);
      return;
    }
    checked++;
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    String anchor = hash < 0 ? "" : link.substring(hash + 1);
    Path target =
        file.isEmpty()
            ? page
            : page.resolveSibling(URLDecoder.decode(file, StandardCharsets.UTF_8)).normalize();
    if (left.stream().anyMatch(folder -> target.startsWith(site.resolve(folder)))) {
      return;
    }
    if (!target.startsWith(site) || !Files.isRegularFile(target)) {
      broken.add(site.relativize(page) + " -> " + link + ": no such file");
    } else if (!anchor.isEmpty()
        && !anchors(target).contains(URLDecoder.decode(anchor, StandardCharsets.UTF_8))) {
      broken.add(site.relativize(page) + " -> " + link + ": no such heading");
    }
  }

  private Set<String> anchors(Path page) throws IOException {
    Set<String> found = anchors.get(page);
    if (found == null) {
      found = new HashSet<>(Jsoup.parse(page).select("[id]").eachAttr("id"));
      anchors.put(page, found);
    }
    return found;
  }

  /** What leads nowhere, a line each. */
  List<String> broken() {
    return broken;
  }

  /** Addresses of other sites, sorted; nobody looks whether they are there. */
  Set<String> external() {
    return external;
  }

  /** How many links and pictures within the site were looked at. */
  int checked() {
    return checked;
  }
}
