package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which native library whoever uses the published artifact gets. */
final class PlatformsTest {
  private static final Path MODULE = Path.of("").toAbsolutePath();

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult result) -> result.group(1))
        .toList();
  }

  /** A property of the build machine's would go out with the POM, and mean nothing elsewhere. */
  @Test
  void each_system_s_library_is_named_as_it_is() throws Exception {
    String pom = Files.readString(MODULE.resolve("pom.xml"));
    assertThat(all("<classifier>([^<]*)</classifier>", pom))
        .containsExactly("linux-x86_64", "linux-aarch64", "osx-aarch64", "win-x86_64");
    String parent = Files.readString(MODULE.resolve("../pom.xml"));
    assertThat(all("<classifier>([^<]*)</classifier>", parent)).isEmpty();
  }

  @Test
  void the_document_tells_of_each_and_of_the_versions_that_are_built_with() throws Exception {
    String pom = Files.readString(MODULE.resolve("pom.xml"));
    String parent = Files.readString(MODULE.resolve("../pom.xml"));
    String document = Files.readString(MODULE.resolve("../docs/platforms.md"));
    String pytorch = all("<pytorch.version>([^<]*)<", parent).get(0);
    assertThat(document).contains("pytorch-native-cpu:" + pytorch);
    for (String classifier : all("<classifier>([^<]*)</classifier>", pom)) {
      assertThat(document).contains("| `" + classifier + "` |");
    }
    String oldest = parent.substring(parent.indexOf("<id>oldest</id>"));
    for (String library :
        List.of(
            "guava",
            "gson",
            "slf4j",
            "commons-csv",
            "commons-codec",
            "commons-io",
            "twelvemonkeys",
            "progressbar")) {
      List<String> versions = all("<" + library + ".version>([^<]*)<", parent);
      assertThat(document).contains("| " + versions.get(1) + " | " + versions.get(0) + " |");
      assertThat(all("<" + library + ".version>([^<]*)<", oldest)).hasSize(1);
    }
    List<String> tried = all("(?s)<artifactItem>(.*?)</artifactItem>", pom);
    assertThat(tried).hasSize(3);
    for (String item : tried) {
      String library = all("<artifactId>([^<]*)<", item).get(0).replace("-api", "");
      assertThat(all("<version>([^<]*)<", item))
          .as("what StartTest tries of %s is what the profile says", library)
          .isEqualTo(all("<" + library + ".version>([^<]*)<", oldest));
    }
  }
}
