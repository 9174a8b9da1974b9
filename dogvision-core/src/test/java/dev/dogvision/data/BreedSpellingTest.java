package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Breeds that look alike are one, or are told; and many breeds are no trouble. */
class BreedSpellingTest {
  @TempDir Path folder;

  private Dataset reading(List<String> labels) {
    StringBuilder text = new StringBuilder("id,breed\n");
    for (int i = 0; i < labels.size(); i++) {
      text.append(i).append(",\"").append(labels.get(i)).append("\"\n");
    }
    return DatasetBuilder.fromCsv(ImageFixtures.text(folder.resolve("labels.csv"), text.toString()))
        .withoutImages()
        .build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "e\u0301pagneul breton",
        "\u00e9pagneul\u00a0breton",
        "\u00e9pagneul breton\u200b",
        "\ufeff\u00e9pagneul breton",
        "\u00e9pag\u00adneul breton ",
        "\u2066\u00e9pagneul breton\u2069",
        "\u3000\u00e9pagneul\u2003breton\u3000",
        "\u00e9pagneul breton\ufe0f",
        "\u00e9pagneul\u3164 breton",
        "\u00e9pagneul breton\uffa0",
        "\u061c\u00e9pagneul breton",
      })
  void what_looks_the_same_is_one_breed(String spelling) throws IOException {
    String breed = "\u00e9pagneul breton";
    Dataset dogs = reading(List.of(breed, spelling));
    assertThat(dogs.labels().names()).containsExactly(breed);
    assertThat(dogs.examples()).extracting(Example::label).containsExactly(breed, breed);

    Path folders = folder.resolve("folders");
    for (String name : List.of(breed, spelling)) {
      ImageFixtures.jpegHeader(Files.createDirectories(folders.resolve(name)).resolve("1.jpg"));
    }
    assertThat(DatasetBuilder.fromFolders(folders).build().labels().names()).containsExactly(breed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00c9PAGNEUL BRETON",
        "epagneul breton",
        "\u00e9pagneul  breton",
        "\u00e9pagneul_breton.",
        "\u00e9pagneul\u200dbreton",
        "\uff45\u0301pagneul breton",
        "\u00e9pagneul br\u0435ton",
        "\u00e9\u0440\u0430gneul breton",
        "\u00e9pagneul bret\u03bfn",
        "\u00c9PAGNEUL BR\u0395T\u041eN",
        "\u00e9pagneul breton\u180b",
        "\u00e9pagneul breton\udb40\udd00",
        "\u00e9pagneul breton\udb40\udc41",
      })
  void what_looks_nearly_the_same_is_told(String spelling) {
    String breed = "\u00e9pagneul breton";
    Dataset dogs = reading(List.of(breed, spelling, "pug"));
    assertThat(dogs.summary().similarLabels()).hasSize(1);
    assertThat(dogs.summary().similarLabels().get(0)).containsExactlyInAnyOrder(breed, spelling);
    assertThat(dogs.summary().toString()).contains("\n  similar labels ");
  }

  @Test
  void letters_of_other_scripts_are_told_apart() {
    assertThat(
            reading(
                    List.of(
                        "\u67f4\u72ac", "\u79cb\u7530\u72ac", "\u0939\u093f\u0930", "\u0939\u0930"))
                .summary()
                .similarLabels())
        .isEmpty();
    assertThat(reading(List.of("Stra\u00dfenhund", "STRASSENHUND")).summary().similarLabels())
        .hasSize(1);
  }

  @Test
  void folders_that_are_no_breeds_are_named_and_left_out() throws IOException {
    List<String> none =
        List.of(
            "#recycle",
            "$RECYCLE.BIN",
            ".ipynb_checkpoints",
            "@eaDir",
            "System Volume Information",
            "__MACOSX",
            "found.000",
            "lost+found");
    List<String> all = new ArrayList<>(none);
    all.add("pug");
    all.add("#pugs");
    for (String name : all) {
      ImageFixtures.jpegHeader(Files.createDirectory(folder.resolve(name)).resolve("1.jpg"));
    }
    Dataset dogs = DatasetBuilder.fromFolders(folder).build();
    assertThat(dogs.labels().names()).containsExactly("#pugs", "pug");
    assertThat(dogs.summary().notes())
        .containsExactly("8 folders that are no breeds, ignored: " + String.join(", ", none));
  }

  @Test
  @Timeout(30)
  void a_hundred_thousand_breeds_are_split_in_seconds() {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      labels.add("breed " + i);
      if (i % 3 == 0) {
        labels.add("breed " + i);
      }
    }
    Dataset dogs = reading(labels);
    long begin = System.nanoTime();
    Split split = dogs.split(0.8, 13);
    assertThat(split.train().size()).isEqualTo((int) Math.round(0.8 * labels.size()));
    assertThat(dogs.limit(50_000).size()).isEqualTo(50_000);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
  }
}
