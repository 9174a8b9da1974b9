package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Neighbour;
import dev.dogvision.spi.contract.ColouredPictures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDoctorTest {
  @TempDir Path folder;

  private static Trainer trainer() {
    return Trainer.of(ColouredPictures.network().build())
        .epochs(60)
        .batchSize(8)
        .learningRate(0.05)
        .seed(13);
  }

  @Test
  void a_wrong_label_is_found_and_what_is_broken_or_too_rare_is_not_asked_about() throws Exception {
    List<Example> examples = new ArrayList<>(ColouredPictures.draw(folder, 30, 1).examples());
    Example blue = examples.get(0);
    examples.set(0, new Example(blue.id(), blue.image(), "red"));
    Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
    examples.add(new Example("broken", broken, "green"));

    DatasetReport report =
        DataDoctor.examine(Dataset.of(examples, ColouredPictures.LABELS), trainer());

    assertThat(report.brokenImages())
        .extracting(DatasetReport.BrokenImage::id)
        .containsExactly("broken");
    assertThat(report.suspects()).hasSizeLessThan(10);
    DatasetReport.Suspect first = report.suspects().get(0);
    assertThat(first.id()).isEqualTo(blue.id());
    assertThat(first.label()).isEqualTo("red");
    assertThat(first.suggestion()).isEqualTo("blue");
    assertThat(report.dataset().size()).isEqualTo(31);
    List<Neighbour> resembled = report.resembled(first);
    assertThat(resembled).hasSize(4);
    assertThat(resembled).extracting(Neighbour::id).doesNotContain(first.id());
    assertThat(resembled).extracting(Neighbour::label).contains("blue").doesNotContain("red");
    assertThat(report.toString())
        .contains(
            "rather blue (" + Math.round(100 * first.suggestionProbability()) + " %), looks like ")
        .contains(resembled.get(0).toString());
    assertThat(report.toJson()).contains("\"id\": \"" + resembled.get(3).id() + "\"");
  }

  @Test
  void should_fail_if_there_is_nothing_to_doubt() {
    Dataset four = ColouredPictures.draw(folder, 12, 1);
    Dataset unlabelled =
        Dataset.of(
            four.examples().stream()
                .map(example -> new Example(example.id(), example.image(), null))
                .toList());

    assertThatThrownBy(() -> DataDoctor.examine(four, trainer()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "labels can be doubted where two breeds have 5 readable images, got 0 such breeds;"
                + " DatasetReport.of looks at the files alone");
    assertThatThrownBy(() -> DataDoctor.examine(unlabelled))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the data set has no labels to doubt; DatasetReport.of looks at the files alone");
  }

  @Test
  void should_fail_if_another_data_set_was_asked_about() {
    Dataset dataset = ColouredPictures.draw(folder.resolve("a"), 3, 1);
    Dataset other = ColouredPictures.draw(folder.resolve("b"), 3, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DatasetReport.of(dataset)
                    .withSuspects(other, ColouredPictures.LABELS, new float[3][3]))
        .withMessage(
            "asked: the data set that was looked at has no example 'picture-0' with this image and"
                + " label");
  }
}
