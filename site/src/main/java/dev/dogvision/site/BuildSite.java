package dev.dogvision.site;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Makes the site of the documents: pages of {@code docs/} in both languages, search, sources that
 * they speak of, and Javadoc. It opens from disk and fetches nothing.
 *
 * <pre>
 * mvn -q -B -pl site -am test-compile exec:java
 * </pre>
 */
@Command(
    name = "build-site",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Makes the documents' site.")
public final class BuildSite implements Callable<Integer> {
  @Option(names = "--root", description = "The repository's folder.")
  private Path root = Path.of("");

  @Option(names = "--output", description = "Where the site goes; what is there is replaced.")
  private Path output = Path.of("target", "site");

  @Option(names = "--no-javadoc", description = "Leave the Javadoc out, which takes longest.")
  private boolean withoutJavadoc;

  @Option(names = "--list-external", description = "List the addresses of other sites' pages.")
  private boolean listExternal;

  private BuildSite() {}

  /**
   * Runs it, and ends the process with another status than 0 where a link is broken.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    int status = new CommandLine(new BuildSite()).execute(arguments);
    if (status != 0) {
      System.exit(status);
    }
  }

  @Override
  public Integer call() throws IOException {
    Site site = Site.read(root.toAbsolutePath().normalize());
    site.write(output);
    if (!withoutJavadoc) {
      ApiDocs.write(site.root(), output.resolve(Site.API));
    }
    LinkCheck links = LinkCheck.of(output, withoutJavadoc ? List.of(Site.API) : List.of());
    if (listExternal) {
      links.external().forEach(System.out::println);
    }
    System.out.println(
        output.resolve("index.html").toAbsolutePath().normalize()
            + ": "
            + site.pages().size()
            + " pages, "
            + links.checked()
            + " links within the site, "
            + links.external().size()
            + " to other sites");
    links.broken().forEach(System.err::println);
    return links.broken().isEmpty() ? 0 : 1;
  }
}
