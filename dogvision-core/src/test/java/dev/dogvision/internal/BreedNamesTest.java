package dev.dogvision.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BreedNamesTest {

  @Test
  void finds_the_rows_of_all_120_kaggle_breeds() throws IOException {
    Path weights = Path.of(System.getProperty("dogvision.shared", "../shared"), "weights");
    Assumptions.assumeTrue(Files.isDirectory(weights), "no class names here");
    Map<String, Integer> expected = new LinkedHashMap<>();
    for (String line : Files.readAllLines(weights.resolve("kaggle-breeds.csv"))) {
      String[] cells = line.split(",", -1);
      if (!cells[0].equals("breed")) {
        expected.put(cells[0], Integer.parseInt(cells[1]));
      }
    }
    List<String> classNames = Files.readAllLines(weights.resolve("imagenet-1001.txt"));

    Map<String, Integer> matches = BreedNames.match(List.copyOf(expected.keySet()), classNames);

    assertThat(matches).hasSize(120).containsExactlyEntriesOf(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "boston_terrier, 0",
    "Boston Terrier, 0",
    "n02096585-Boston_bull, 0",
    "BOSTON-BULL, 0",
    "cardigan, 1",
    "Welsh Corgi (Cardigan), 1",
    "cardigan_welsh_corgi, 1",
    "african wild dog, 3",
    "St. Bernard, 4",
    "saint_bernard, 4",
    "Shih Tzu, 5",
    "shihtzu, 5",
    "black-and-tan_coonhound, 6",
    "jersey, -1",
    "crane, -1",
    "unicorn, -1",
    "lhasa_apso, 9",
    "Bouvier des Fl\u00e4ndres, 10"
  })
  void understands_common_spellings(String label, int row) {
    List<String> classNames =
        List.of(
            "Boston bull, Boston terrier",
            "Cardigan, Cardigan Welsh corgi",
            "cardigan",
            "African hunting dog, hyena dog",
            "Saint Bernard, St Bernard",
            "Shih-Tzu",
            "black-and-tan coonhound",
            "crane",
            "crane",
            "Lhasa",
            "Bouvier des Flandres");

    Map<String, Integer> match = BreedNames.match(List.of(label), classNames);

    assertThat(match).isEqualTo(row < 0 ? Map.of() : Map.of(label, row));
  }

  @Test
  void prefers_the_label_itself_to_another_name_of_the_breed() {
    assertThat(
            BreedNames.match(
                List.of("boston_terrier", "boston_bull"), List.of("boston_bull", "boston_terrier")))
        .isEqualTo(Map.of("boston_terrier", 1, "boston_bull", 0));
  }

  @Test
  void knows_modern_names_where_the_classes_have_one_name_only() {
    assertThat(
            BreedNames.match(
                List.of("japanese_chin", "xoloitzcuintli", "sheltie"),
                List.of("shetland_sheepdog", "mexican_hairless", "japanese_spaniel")))
        .isEqualTo(Map.of("japanese_chin", 2, "xoloitzcuintli", 1, "sheltie", 0));
  }

  @Test
  void marks_that_are_vowels_tell_words_apart_and_accents_do_not() {
    assertThat(BreedNames.match(List.of("\u0915\u093f"), List.of("\u0915\u093e", "pug"))).isEmpty();
    assertThat(BreedNames.match(List.of("\u0e01\u0e34"), List.of("\u0e01\u0e38", "pug"))).isEmpty();
    assertThat(
            BreedNames.match(
                List.of(
                    "E\u0301pagneul",
                    "\u05db\u05b6\u05bc\u05dc\u05b6\u05d1",
                    "pug\uFE0F",
                    "\uff50ug."),
                List.of("epagneul", "\u05db\u05dc\u05d1", "pug")))
        .containsExactly(
            Map.entry("E\u0301pagneul", 0),
            Map.entry("\u05db\u05b6\u05bc\u05dc\u05b6\u05d1", 1),
            Map.entry("pug\uFE0F", 2),
            Map.entry("\uff50ug.", 2));
  }

  @Test
  void names_without_letters_match_only_themselves() {
    assertThat(BreedNames.match(List.of("??", "!"), List.of("??", "...")))
        .isEqualTo(Map.of("??", 0));
  }
}
