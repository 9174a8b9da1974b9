package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.dogvision.browser.Chromium;
import dev.dogvision.data.Corrections;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Split;
import dev.dogvision.model.TransferModel;
import dev.dogvision.report.LabelCleaner;
import dev.dogvision.train.DataDoctor;
import dev.dogvision.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From suspicion to a better model: labels are swapped, the data doctor suspects photographs, a
 * person decides about them in a browser, by keyboard alone, and the model is trained again.
 * Skipped where there is no Chromium.
 */
class WrongLabelsTest {
  private static final double SWAPPED = 0.3;
  private static final int EPOCHS = 30;

  @TempDir private Path folder;

  /**
   * What came of it.
   *
   * @param before the share of held-out photographs that is recognised with wrong labels
   * @param after the same with labels that were mended
   */
  private record Outcome(
      int photographs, int swapped, int suspects, int found, double before, double after) {
    @Override
    public String toString() {
      return String.format(
          "%d photographs, %d labels swapped; %d suspected, %d of them swapped; of the photographs"
              + " kept aside %.1f %% are right before, %.1f %% after",
          photographs, swapped, suspects, found, 100 * before, 100 * after);
    }
  }

  @Test
  void drawn_dogs_with_swapped_labels_make_a_better_model_once_a_person_has_decided()
      throws Exception {
    Path drawn = DrawnDogs.draw(folder.resolve("drawn"), 15, 5);
    Path others = DrawnDogs.draw(folder.resolve("others"), 12, 6);

    Outcome outcome =
        mend(
            DatasetBuilder.fromFolders(drawn).build(),
            drawn,
            DatasetBuilder.fromFolders(others).build());

    System.out.println("Drawn dogs: " + outcome);
    assertThat(outcome.found()).isGreaterThan(outcome.swapped() / 2);
    assertThat(outcome.after()).isGreaterThan(outcome.before() + 0.05);
  }

  @Test
  void photographs_with_swapped_labels_make_a_better_model_once_a_person_has_decided()
      throws Exception {
    Path pets = Path.of(System.getProperty("dogvision.shared", "../shared"), "data", "pets");
    assumeThat(pets.resolve("labels.csv")).exists();
    Path train = pets.resolve("train");
    Split split =
        DatasetBuilder.fromCsv(pets.resolve("labels.csv")).images(train).build().split(5 / 7.0, 13);

    Outcome outcome = mend(split.train(), train, split.validation());

    System.out.println("Photographs of 25 breeds: " + outcome);
    assertThat(outcome.found()).isGreaterThan(outcome.swapped() / 2);
    assertThat(outcome.after()).isGreaterThan(outcome.before() + 0.05);
  }

  private Outcome mend(Dataset right, Path images, Dataset aside) throws Exception {
    Optional<Path> program = Chromium.find();
    assumeThat(program).as("a Chromium on this machine").isPresent();
    Map<String, String> truths = new HashMap<>();
    right.forEach(example -> truths.put(example.id(), String.valueOf(example.label())));
    Map<String, String> labels = swapped(right);
    Path table = write(labels);
    DatasetBuilder builder = DatasetBuilder.fromCsv(table).images(images);
    Dataset wrong = builder.build();
    Set<String> swapped =
        labels.keySet().stream()
            .filter(id -> !labels.get(id).equals(truths.get(id)))
            .collect(Collectors.toSet());

    DatasetReport report = DataDoctor.examine(wrong);
    Path page = LabelCleaner.of(report).atMost(500).write(folder.resolve("suspects.html"));
    Path corrections;
    try (Chromium browser = new Chromium(program.get())) {
      corrections = decide(browser, page, truths);
    }
    Dataset mended = DatasetBuilder.fromCsv(table).images(images).corrections(corrections).build();

    List<String> suspects = report.suspects().stream().map(DatasetReport.Suspect::id).toList();
    Corrections decided = Corrections.read(corrections);
    assertThat(decided.all().stream().map(one -> one.id()).toList()).containsAll(suspects);
    mended.forEach(
        example -> {
          if (decided.of(example.id()).isPresent()) {
            assertThat(example.label()).isEqualTo(truths.get(example.id()));
          }
        });
    List<String> found = suspects.stream().filter(swapped::contains).toList();
    assertThat(mended.summary().relabelled()).containsAll(found).isSubsetOf(swapped);
    assertThat(DataDoctor.examine(mended).suspects())
        .as("nobody is asked twice")
        .extracting(DatasetReport.Suspect::id)
        .doesNotContainAnyElementsOf(suspects);
    return new Outcome(
        right.size(),
        swapped.size(),
        suspects.size(),
        found.size(),
        accuracy(wrong, aside),
        accuracy(mended, aside));
  }

  /** A share of the labels, passed round among their photographs: each breed keeps its number. */
  private static Map<String, String> swapped(Dataset dogs) {
    Map<String, String> labels = new HashMap<>();
    dogs.forEach(example -> labels.put(example.id(), String.valueOf(example.label())));
    List<Example> chosen = new ArrayList<>(dogs.examples());
    Collections.shuffle(chosen, new Random(7));
    chosen = chosen.subList(0, (int) Math.round(SWAPPED * dogs.size()));
    for (int i = 0; i < chosen.size(); i++) {
      labels.put(chosen.get(i).id(), String.valueOf(chosen.get((i + 1) % chosen.size()).label()));
    }
    return labels;
  }

  private Path write(Map<String, String> labels) throws Exception {
    StringBuilder table = new StringBuilder("id,breed\n");
    labels.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry ->
                table
                    .append(CSVFormat.RFC4180.format(entry.getKey(), entry.getValue()))
                    .append('\n'));
    return Files.writeString(folder.resolve("labels.csv"), table);
  }

  /** A person who knows the breeds, and has a keyboard only. */
  private Path decide(Chromium browser, Path page, Map<String, String> truths) throws Exception {
    Path downloads = folder.resolve("downloads");
    browser.downloads(downloads);
    browser.size(1280, 900);
    browser.open(page);
    int all = Integer.parseInt(browser.evaluate("document.querySelectorAll('article').length"));
    for (int i = 0; i < all; i++) {
      assertThat(browser.evaluate("document.getElementById('progress').textContent"))
          .isEqualTo(i + " of " + all + " decided");
      String shown = "document.querySelector('article:not([hidden]) ";
      String id = browser.evaluate(shown + "figcaption small bdi').textContent");
      String label = browser.evaluate(shown + ".given bdi').textContent").replace(' ', '_');
      String suggested =
          browser.evaluate("document.getElementById('suggested').textContent").replace(' ', '_');
      String truth = String.valueOf(truths.get(id));
      if (truth.equals(label)) {
        browser.press("k", 75, "k");
      } else if (truth.equals(suggested)) {
        browser.press("r", 82, "r");
      } else {
        browser.press("l", 76, "l");
        browser.type(truth.replace('_', ' '));
        browser.press("Enter", 13, "\r");
      }
    }
    assertThat(browser.evaluate("document.getElementById('progress').textContent"))
        .isEqualTo(all + " of " + all + " decided");
    browser.press("s", 83, "s");
    Path corrections = Chromium.downloaded(downloads, "corrections.csv");
    assertThat(browser.complaints()).isEmpty();
    return corrections;
  }

  private static double accuracy(Dataset dogs, Dataset aside) {
    return Trainer.of(TransferModel.mobileNetV2().labels(dogs.labels()).build())
        .epochs(EPOCHS)
        .seed(13)
        .fit(dogs)
        .evaluate(aside)
        .accuracy();
  }
}
