package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prediction of pictures from anywhere, however many. */
class StreamTest {
  private static TrainedModel model;

  @BeforeAll
  static void build() {
    TransferModel start =
        TransferModel.mobileNetV2()
            .untrained(7)
            .width(0.1)
            .inputSize(32)
            .labels(Labels.of("beagle", "pug"))
            .build();
    model = start.trained(start.initialWeights(), Map.of());
  }

  private static ImageSource picture(int number) {
    byte[] rgb = new byte[32 * 32 * 3];
    new Random(number).nextBytes(rgb);
    return ImageSource.of("picture " + number, new RgbImage(32, 32, rgb));
  }

  private static ImageSource broken() {
    return ImageSource.of("broken", new byte[] {1, 2, 3});
  }

  private static List<ImageSource> pictures(int count) {
    return IntStream.range(0, count).mapToObj(StreamTest::picture).toList();
  }

  @Test
  void predicts_a_list_and_a_stream_as_one_by_one() {
    List<ImageSource> pictures = pictures(19);
    try (Predictor predictor = Predictor.of(model)) {
      Predictions ofList = predictor.predictAll(pictures);
      Predictions ofStream = predictor.predictAll(pictures.stream());

      assertThat(ofList.ids())
          .containsExactlyElementsOf(pictures.stream().map(ImageSource::name).toList());
      assertThat(ofStream.ids()).isEqualTo(ofList.ids());
      assertThat(ofStream.logits()).isDeepEqualTo(ofList.logits());
      for (int i = 0; i < pictures.size(); i++) {
        assertThat(ofList.get(i).logits()).isEqualTo(predictor.predict(pictures.get(i)).logits());
      }
    }
  }

  @Test
  void a_stream_tells_its_progress_without_a_total() {
    List<String> heard = new ArrayList<>();
    try (Predictor predictor = Predictor.of(model)) {
      Predictions rest =
          predictor
              .inBatches()
              .batchSize(2)
              .unreadableImages(ProblemPolicy.SKIP)
              .onProgress((done, total) -> heard.add(done + "/" + total))
              .predict(Stream.of(picture(0), broken(), picture(1)));

      assertThat(rest.ids()).containsExactly("picture 0", "picture 1");
      assertThat(rest.skipped()).containsExactly("broken");
      assertThat(heard).containsExactly("2/-1", "3/-1");
    }
  }

  @Test
  void an_empty_file_in_a_folder_is_left_out_where_that_is_asked_for(@TempDir Path folder)
      throws IOException {
    ImageIO.write(
        ImageDecoder.standard().decode(picture(1)).toBufferedImage(),
        "png",
        folder.resolve("a.png").toFile());
    Files.write(folder.resolve("b.png"), new byte[0]);
    Dataset pictures = DatasetBuilder.fromImages(folder).build();
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(() -> predictor.predictAll(pictures))
          .hasMessageContaining("b.png: empty, 0 bytes");
      Predictions rest =
          predictor.inBatches().unreadableImages(ProblemPolicy.SKIP).predict(pictures);
      assertThat(rest.ids()).containsExactly("a");
      assertThat(rest.skipped()).containsExactly("b");
    }
  }

  @Test
  void gives_embeddings_beside_predictions() {
    List<ImageSource> sources = new ArrayList<>(pictures(11));
    sources.add(4, broken());
    try (Predictor predictor = Predictor.of(model)) {
      List<Labelled<EmbeddedPrediction>> outcomes = new ArrayList<>();
      predictor.inBatches().streamWithEmbeddings(sources).forEach(outcomes::add);

      assertThat(outcomes)
          .extracting(Labelled::name)
          .containsExactlyElementsOf(sources.stream().map(ImageSource::name).toList());
      assertThat(outcomes.get(4).problem()).isPresent();
      outcomes.remove(4);
      Embeddings embeddings = predictor.embedAll(pictures(11));
      Predictions predictions = predictor.predictAll(pictures(11));
      for (int i = 0; i < outcomes.size(); i++) {
        EmbeddedPrediction outcome = outcomes.get(i).value();
        assertThat(outcome.embedding()).isEqualTo(embeddings.row(i));
        assertThat(outcome.prediction().logits())
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(predictions.get(i).logits());
        assertThat(outcome.prediction().doubts()).isEqualTo(predictions.get(i).doubts());
      }
    }
  }

  @Test
  void embeddings_beside_predictions_of_two_views_are_of_the_picture_as_it_is() {
    try (Predictor plain = Predictor.of(model);
        Predictor mirrored = Predictor.builder(model).views(Views.MIRRORED).open()) {
      EmbeddedPrediction outcome =
          mirrored.inBatches().streamWithEmbeddings(pictures(1)).iterator().next().value();

      assertThat(outcome.embedding()).isEqualTo(plain.embedAll(pictures(1)).row(0));
      assertThat(outcome.prediction().logits())
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(mirrored.predict(picture(0)).logits());
    }
  }

  @Test
  void a_bad_picture_is_an_outcome_and_not_an_end() {
    List<ImageSource> sources = List.of(picture(0), broken(), picture(1));
    try (Predictor predictor = Predictor.of(model)) {
      Iterator<Labelled<Prediction>> outcomes = predictor.stream(sources).iterator();

      Labelled<Prediction> first = outcomes.next();
      assertThat(first.name()).isEqualTo("picture 0");
      assertThat(first.source()).isSameAs(sources.get(0));
      assertThat(first.isReadable()).isTrue();
      assertThat(first.problem()).isEmpty();
      assertThat(first.value().logits()).isEqualTo(predictor.predict(sources.get(0)).logits());
      Labelled<Prediction> second = outcomes.next();
      assertThat(second.name()).isEqualTo("broken");
      assertThat(second.isReadable()).isFalse();
      assertThat(second.problem().orElseThrow()).hasMessageStartingWith("broken: not JPEG");
      assertThatThrownBy(second::value).isSameAs(second.problem().orElseThrow());
      assertThat(outcomes.next().value().logits())
          .isEqualTo(predictor.predict(sources.get(2)).logits());
      assertThat(outcomes.hasNext()).isFalse();
      assertThatThrownBy(outcomes::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void never_holds_more_than_a_few_of_any_number() {
    AtomicInteger asked = new AtomicInteger();
    Iterable<ImageSource> endless =
        () -> Stream.generate(() -> picture(asked.getAndIncrement())).iterator();
    try (Predictor predictor = Predictor.of(model)) {
      int taken = 0;
      for (Labelled<Prediction> one : predictor.inBatches().batchSize(4).stream(endless)) {
        assertThat(one.name()).isEqualTo("picture " + taken);
        taken++;
        assertThat(asked.get() - taken).isLessThan(4 * 4);
        if (taken == 50) {
          break; // and nothing is to be closed
        }
      }
    }
  }

  @Test
  void an_iterable_can_be_gone_through_again_and_an_iterator_cannot() {
    List<ImageSource> pictures = pictures(3);
    try (Predictor predictor = Predictor.of(model)) {
      Iterable<Labelled<Prediction>> again = predictor.stream(pictures);
      assertThat(again).hasSize(3);
      assertThat(again).hasSize(3);

      Iterable<Labelled<Prediction>> once = predictor.stream(pictures.iterator());
      assertThat(once.iterator().next().name()).isEqualTo("picture 0");
      assertThatThrownBy(once::iterator)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("these pictures can be gone through once");
      assertThat(predictor.stream(pictures.stream())).hasSize(3);
    }
  }

  @Test
  void should_fail_after_close() {
    Predictor predictor = Predictor.of(model);
    Iterator<Labelled<Prediction>> begun = predictor.stream(pictures(3)).iterator();
    predictor.close();

    assertThatThrownBy(begun::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this predictor is closed");
    assertThatThrownBy(() -> predictor.stream(pictures(3)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> predictor.predictAll(pictures(3)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void every_verb_takes_every_kind_of_source() {
    ImageSource source = picture(3);
    RgbImage pixels = ImageDecoder.standard().decode(source);
    try (Predictor predictor = Predictor.of(model)) {
      float[] embedding = predictor.embedding(source);
      assertThat(predictor.embedding(pixels)).isEqualTo(embedding);
      assertThat(predictor.embedding(pixels.toBufferedImage())).isEqualTo(embedding);
      Explanation explanation = predictor.explain(source, "pug");
      assertThat(explanation.label()).isEqualTo("pug");
      assertThat(predictor.explain(pixels, "pug").map()).isEqualTo(explanation.map());
      assertThat(predictor.explain(pixels.toBufferedImage(), "pug").map())
          .isEqualTo(explanation.map());
      assertThatThrownBy(() -> predictor.explain(broken()))
          .isInstanceOf(UnreadableImageException.class);
      assertThatThrownBy(() -> predictor.explain(new byte[] {1, 2, 3}, "pug"))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith("picture in memory: ");
      assertThat(predictor.top(1).predict(source)).isEqualTo(predictor.predict(source).top(1));
    }
  }
}
