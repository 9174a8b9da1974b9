package dev.dogvision.site;

import static java.util.stream.Collectors.toCollection;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * In which order pages stand in the site: {@code docs/contents.txt}. A line that begins with {@code
 * #} is a group's name in both languages, {@code # English | Português}; every other line is a
 * page, from {@code docs/}. Pages of {@code docs/} that it doesn't name follow in a last group.
 *
 * @param groups in order
 */
record Contents(List<Group> groups) {
  private static final String MORE = "More | Mais";

  /**
   * Pages that belong together.
   *
   * @param english its name
   * @param portuguese its name
   * @param pages paths from {@code docs/}, with slashes
   */
  record Group(String english, String portuguese, List<String> pages) {
    String name(Language language) {
      return language == Language.PORTUGUESE ? portuguese : english;
    }
  }

  /**
   * Reads the file and looks which pages there are besides.
   *
   * @param documents the folder {@code docs}
   * @throws IllegalArgumentException if a page is named that isn't there, or one twice
   */
  static Contents read(Path documents) throws IOException {
    Path file = documents.resolve("contents.txt");
    List<Group> groups = new ArrayList<>();
    Set<String> named = new LinkedHashSet<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("#")) {
        groups.add(group(line.substring(1)));
      } else if (!line.isBlank()) {
        String page = line.strip();
        check(Files.isRegularFile(documents.resolve(page)), file, page, "is not there");
        check(named.add(page), file, page, "stands there twice");
        check(
            !groups.isEmpty(),
            file,
            page,
            "stands in no group: begin with a line # English | Português");
        groups.get(groups.size() - 1).pages().add(page);
      }
    }
    Group more = group(MORE);
    more.pages().addAll(others(documents, named));
    if (!more.pages().isEmpty()) {
      groups.add(more);
    }
    return new Contents(List.copyOf(groups));
  }

  private static Group group(String names) {
    List<String> both = Splitter.on('|').trimResults().splitToList(names);
    return new Group(both.get(0), both.get(both.size() - 1), new ArrayList<>());
  }

  private static void check(boolean right, Path file, String page, String wrong) {
    if (!right) {
      throw new IllegalArgumentException(file + ": the page " + page + " " + wrong);
    }
  }

  private static Set<String> others(Path documents, Set<String> named) throws IOException {
    try (Stream<Path> files = Files.walk(documents)) {
      return files
          .filter(path -> path.toString().endsWith(".md"))
          .map(path -> documents.relativize(path).toString().replace('\\', '/'))
          .filter(page -> !named.contains(page))
          .filter(page -> !page.startsWith(Language.PORTUGUESE.folder)) // beside their originals
          .filter(page -> !page.equals("index.md"))
          .sorted()
          .collect(toCollection(LinkedHashSet::new));
    }
  }
}
