package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.DogVisionException;
import dev.dogvision.Precision;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetException;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.data.Neighbours;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.TemperatureScaling;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.contract.CountingEngine;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictorTest {
  private static final Labels LABELS = Labels.of("beagle", "pug", "basset, hound", "\"quoted\"");

  @TempDir static Path folder;
  private static TrainedModel model;
  private static List<Path> photos;

  @BeforeAll
  static void draw() throws IOException {
    TransferModel start =
        TransferModel.mobileNetV2().untrained(7).width(0.1).inputSize(32).labels(LABELS).build();
    Random random = new Random(5);
    Tensor head = Tensor.zeros(4, start.plan().embeddingSize());
    for (int i = 0; i < head.size(); i++) {
      head.values()[i] = (float) random.nextGaussian();
    }
    model = start.trained(Map.of("classifier.1.weight", head), Map.of());
    photos = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      Path photo = folder.resolve("photo" + i + ".png");
      ImageIO.write(picture(i), "png", photo.toFile());
      photos.add(photo);
    }
  }

  private static BufferedImage picture(int seed) {
    BufferedImage image = new BufferedImage(40 + seed, 50, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillOval(random.nextInt(40), random.nextInt(40), 25, 25);
    }
    graphics.dispose();
    return image;
  }

  private static Dataset dataset(List<Path> images) {
    List<Example> examples = new ArrayList<>();
    for (Path image : images) {
      String name = image.getFileName().toString();
      examples.add(new Example(name.substring(0, name.indexOf('.')), image, null));
    }
    return Dataset.of(examples);
  }

  @Test
  void gives_the_same_for_every_kind_of_input() throws IOException {
    byte[] content = Files.readAllBytes(photos.get(0));
    try (Predictor predictor = Predictor.of(model);
        InputStream stream = Files.newInputStream(photos.get(0))) {
      float[] expected = predictor.predict(photos.get(0)).logits();

      assertThat(predictor.predict(content).logits()).isEqualTo(expected);
      assertThat(predictor.predict(stream).logits()).isEqualTo(expected);
      assertThat(predictor.predict(picture(0)).logits()).isEqualTo(expected);
      assertThat(predictor.predict(RgbImage.of(picture(0))).logits()).isEqualTo(expected);
      float[] embedding = predictor.embedding(photos.get(0));
      assertThat(embedding).hasSize(1280);
      assertThat(predictor.embedding(content)).isEqualTo(embedding);
      assertThat(predictor.embedding(new ByteArrayInputStream(content))).isEqualTo(embedding);
      assertThat(predictor.embedding(picture(0))).isEqualTo(embedding);
      TopPredictor top = predictor.top(2);
      List<Classification> best = top.predict(photos.get(0));
      assertThat(best).hasSize(2).isEqualTo(predictor.predict(photos.get(0)).top(2));
      assertThat(top.predict(content)).isEqualTo(best);
      assertThat(top.predict(new ByteArrayInputStream(content))).isEqualTo(best);
      assertThat(top.predict(picture(0))).isEqualTo(best);
      assertThat(top.predict(RgbImage.of(picture(0)))).isEqualTo(best);
    }
  }

  @Test
  void embeds_many_as_it_embeds_one_and_each_of_them_once() {
    List<Example> examples = new ArrayList<>();
    for (Path photo : photos) {
      examples.add(new Example("id of " + photo.getFileName(), photo, "pug"));
    }
    Dataset dogs = Dataset.of(examples);
    try (Predictor predictor = Predictor.of(model)) {
      int before = CountingEngine.pictures();
      Embeddings embeddings = predictor.embedAll(dogs);
      assertThat(CountingEngine.pictures() - before).isEqualTo(21);
      Embeddings again = predictor.embedAll(photos.stream().map(ImageSource::of).toList());
      assertThat(CountingEngine.pictures() - before).isEqualTo(21);

      assertThat(embeddings.ids()).isEqualTo(examples.stream().map(Example::id).toList());
      assertThat(embeddings.label(20)).contains("pug");
      assertThat(again.id(3)).isEqualTo(ImageSource.of(photos.get(3)).name());
      assertThat(again.label(3)).isEmpty();
      assertThat(again.network()).isEqualTo(embeddings.network()).hasSize(64);
      for (int i = 0; i < photos.size(); i++) {
        assertThat(again.row(i)).isEqualTo(embeddings.row(i));
        assertThat(embeddings.row(i))
            .usingComparatorWithPrecision(1e-4f)
            .containsExactly(predictor.embedding(photos.get(i)));
      }
      Neighbours neighbours = Neighbours.among(embeddings);
      assertThat(neighbours.nearest(predictor.embedding(photos.get(7)), 1).get(0).index())
          .isEqualTo(7);
    }
  }

  @Test
  void what_can_not_be_embedded_is_handled_as_what_can_not_be_predicted() throws IOException {
    Path broken = Files.writeString(folder.resolve("not-a-picture.png"), "no picture");
    Dataset dogs = dataset(List.of(photos.get(0), broken, photos.get(1)));
    List<Integer> done = new ArrayList<>();
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(() -> predictor.embedAll(dogs))
          .isInstanceOf(DogVisionException.class)
          .hasMessageContaining("1 of 3 pictures can't be read")
          .hasMessageContaining("not-a-picture.png");
      Embeddings embeddings =
          predictor
              .inBatches()
              .batchSize(2)
              .unreadableImages(ProblemPolicy.SKIP)
              .onProgress((now, total) -> done.add(now))
              .embed(dogs);
      assertThat(embeddings.ids()).containsExactly("photo0", "photo1");
      assertThat(embeddings.skipped()).containsExactly("not-a-picture");
      assertThat(done).containsExactly(2, 3);
      assertThat(predictor.inBatches().embed(List.of()).size()).isZero();
    }
    Predictor closed = Predictor.of(model);
    closed.close();
    assertThatThrownBy(() -> closed.embedAll(dogs)).hasMessage("this predictor is closed");
  }

  private static Dataset labelled(String... labels) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      examples.add(new Example("photo" + i, photos.get(i), labels[i]));
    }
    return Dataset.of(examples);
  }

  @Test
  void evaluates_labelled_pictures_in_the_order_of_the_models_labels() {
    Dataset dataset = labelled("pug", "beagle", "pug");
    try (Predictor predictor = Predictor.of(model.withTemperature(2))) {
      Evaluation evaluation = predictor.evaluate(dataset);

      assertThat(evaluation.labels()).isEqualTo(LABELS);
      assertThat(evaluation.temperature()).isEqualTo(2);
      double loss = 0;
      for (Example example : dataset.examples()) {
        loss -= Math.log(predictor.predict(example.image()).probability(example.label()));
      }
      assertThat(evaluation.logLoss()).isCloseTo(loss / 3, within(1e-5));
      TemperatureScaling scaling = predictor.calibrate(dataset);
      assertThat(scaling.before().temperature()).isEqualTo(1);
      assertThat(scaling.after().logLoss()).isLessThanOrEqualTo(evaluation.logLoss());
    }
  }

  @Test
  void evaluates_breeds_that_are_spelled_otherwise() {
    try (Predictor predictor = Predictor.of(model)) {
      Dataset exact = labelled("pug", "beagle", "pug");
      Dataset otherwise = labelled("Pug", "n02088364-beagle", "PUG");

      assertThat(predictor.evaluate(otherwise).logLoss())
          .isEqualTo(predictor.evaluate(exact).logLoss());
      assertThat(predictor.calibrate(otherwise).temperature())
          .isEqualTo(predictor.calibrate(exact).temperature());
    }
  }

  @Test
  void breeds_that_the_model_lacks_cannot_be_evaluated() {
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(() -> predictor.evaluate(labelled("pug", "beagel")))
          .isInstanceOf(DatasetException.class)
          .hasMessageContaining("'beagel'; close: beagle");
      assertThatThrownBy(() -> predictor.calibrate(dataset(photos)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("unlabelled");
    }
  }

  @Test
  void a_prediction_is_consistent_in_itself() {
    try (Predictor predictor = Predictor.of(model)) {
      Prediction prediction = predictor.predict(photos.get(3));

      assertThat(prediction.probabilities()).containsOnlyKeys(LABELS.names());
      assertThat(prediction.probabilities().values().stream().mapToDouble(p -> p).sum())
          .isCloseTo(1, within(1e-12));
      assertThat(prediction.top(100)).hasSize(4);
      assertThat(prediction.best()).isEqualTo(prediction.top(3).get(0));
      assertThat(prediction.probability(prediction.best().label()))
          .isEqualTo(prediction.best().probability());
      assertThat(prediction.score()).isEqualTo(prediction.best().probability());
      assertThat(prediction.isUnsure()).isFalse();
      assertThat(prediction.labels()).isEqualTo(LABELS);
      List<Classification> top = prediction.top(2);
      assertThatThrownBy(() -> top.remove(0)).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> prediction.top(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("k must be at least 1, got 0");
      assertThatThrownBy(() -> predictor.top(-1)).hasMessage("k must be at least 1, got -1");
      assertThatThrownBy(() -> prediction.probability("begle"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("beagle");
    }
  }

  @Test
  void temperature_changes_probabilities_and_not_the_order() {
    try (Predictor cold = Predictor.of(model);
        Predictor warm = Predictor.of(model.withTemperature(3))) {
      Prediction before = cold.predict(photos.get(1));
      Prediction after = warm.predict(photos.get(1));

      assertThat(after.logits()).isEqualTo(before.logits());
      assertThat(after.best().label()).isEqualTo(before.best().label());
      assertThat(after.best().probability()).isLessThan(before.best().probability());
      assertThat(after.energy()).isEqualTo(before.energy());
    }
  }

  @Test
  void is_unsure_below_the_threshold() {
    try (Predictor predictor = Predictor.of(model)) {
      double energy = predictor.predict(photos.get(1)).energy();
      TrainedModel strict =
          model.withConfidenceThreshold(new ConfidenceThreshold(Score.ENERGY, energy + 0.01));
      TrainedModel mild =
          model.withConfidenceThreshold(new ConfidenceThreshold(Score.ENERGY, energy - 0.01));
      try (Predictor first = Predictor.of(strict);
          Predictor second = Predictor.of(mild)) {
        assertThat(first.predict(photos.get(1)).isUnsure()).isTrue();
        assertThat(first.predict(photos.get(1)).score()).isEqualTo(energy);
        assertThat(first.predict(photos.get(1)))
            .hasToString("Prediction" + first.top(3).predict(photos.get(1)) + " (unsure)");
        assertThat(second.predict(photos.get(1)).isUnsure()).isFalse();
      }
    }
  }

  @Test
  void predicts_a_data_set_as_it_predicts_single_pictures() {
    List<String> heard = new ArrayList<>();
    try (Predictor predictor = Predictor.of(model)) {
      Predictions all =
          predictor
              .inBatches()
              .batchSize(4)
              .onProgress((done, total) -> heard.add(done + "/" + total))
              .predict(dataset(photos));

      assertThat(all.size()).isEqualTo(21);
      assertThat(all.ids()).startsWith("photo0", "photo1", "photo2");
      assertThat(all.skipped()).isEmpty();
      assertThat(heard).containsExactly("4/21", "8/21", "12/21", "16/21", "20/21", "21/21");
      int index = 0;
      for (Prediction prediction : all) {
        float[] expected = predictor.predict(photos.get(index)).logits();
        assertThat(prediction.logits()).containsExactly(expected, within(1e-4f));
        index++;
      }
      assertThat(predictor.predictAll(dataset(photos)).logits())
          .isDeepEqualTo(predictor.predictAll(dataset(photos)).logits());
      assertThatThrownBy(() -> predictor.inBatches().batchSize(0))
          .hasMessage("batchSize must be in 1..4096, got 0");
    }
  }

  @Test
  void writes_a_table_that_reads_back(@TempDir Path out) throws IOException {
    Path file = out.resolve("sub/submission.csv");
    try (Predictor predictor = Predictor.of(model)) {
      Predictions all = predictor.predictAll(dataset(photos));
      assertThat(all.writeCsv(file)).isEqualTo(file);
      all.writeCsv(file);

      try (Reader reader = Files.newBufferedReader(file);
          CSVParser parser = CSVFormat.RFC4180.builder().setHeader().get().parse(reader)) {
        assertThat(parser.getHeaderNames())
            .containsExactly("id", "beagle", "pug", "basset, hound", "\"quoted\"");
        List<CSVRecord> records = parser.getRecords();
        assertThat(records).hasSize(21);
        for (int i = 0; i < 21; i++) {
          assertThat(records.get(i).get(0)).isEqualTo("photo" + i);
          double sum = 0;
          for (int j = 0; j < 4; j++) {
            double probability = Double.parseDouble(records.get(i).get(j + 1));
            assertThat(probability).isEqualTo(all.probabilities()[i][j], within(1e-9));
            sum += probability;
          }
          assertThat(sum).isCloseTo(1, within(1e-5));
        }
      }
      assertThat(file.getParent().toFile().list()).containsExactly("submission.csv");
      assertThatThrownBy(() -> all.writeCsv(photos.get(0).resolve("x.csv")))
          .isInstanceOf(DogVisionException.class)
          .hasMessageStartingWith(photos.get(0).resolve("x.csv") + " can't be written: ");
    }
  }

  @Test
  void names_all_unreadable_pictures_or_skips_them(@TempDir Path broken) throws IOException {
    List<Path> images = new ArrayList<>(photos.subList(0, 5));
    for (int i = 0; i < 12; i++) {
      Path bad = broken.resolve("bad" + i + ".jpg");
      Files.write(bad, new byte[] {1, 2, 3});
      images.add(2 + i, bad);
    }
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(() -> predictor.inBatches().batchSize(3).predict(dataset(images)))
          .isInstanceOf(DogVisionException.class)
          .hasMessageStartingWith("12 of 17 pictures can't be read: ")
          .hasMessageContaining("bad0.jpg")
          .hasMessageContaining("bad9.jpg")
          .message()
          .doesNotContain("bad10.jpg")
          .endsWith(
              "; and 2 more. Repair or remove them, or leave them out with"
                  + " inBatches().unreadableImages(ProblemPolicy.SKIP)");

      Predictions rest =
          predictor
              .inBatches()
              .batchSize(3)
              .unreadableImages(ProblemPolicy.SKIP)
              .predict(dataset(images));

      assertThat(rest.ids()).containsExactly("photo0", "photo1", "photo2", "photo3", "photo4");
      assertThat(rest.skipped()).hasSize(12).startsWith("bad0", "bad1");
      assertThat(rest.get(4).logits())
          .containsExactly(predictor.predict(photos.get(4)).logits(), within(1e-4f));
      assertThat(rest).hasToString("5 predictions of 4 labels, 12 pictures skipped");
    }
  }

  @Test
  void should_fail_if_the_picture_is_none() throws IOException {
    InputStream failing = InputStream.nullInputStream();
    failing.close();
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(() -> predictor.predict(new byte[0]))
          .isInstanceOf(UnreadableImageException.class);
      assertThatThrownBy(() -> predictor.predict(new byte[] {1, 2, 3}))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("picture in memory");
      assertThatThrownBy(() -> predictor.predict(failing))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("the stream can't be read");
      assertThatThrownBy(() -> predictor.predict(folder.resolve("none.jpg")))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("none.jpg");
      assertThatThrownBy(() -> predictor.predict((Path) null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("image");
    }
  }

  @Test
  void should_fail_after_close() {
    Predictor predictor = Predictor.of(model);
    var unused = predictor.embedding(photos.get(0));
    TopPredictor top = predictor.top(1);
    BatchPredictor batches = predictor.inBatches();
    predictor.close();
    predictor.close();

    assertThatThrownBy(() -> predictor.predict(photos.get(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this predictor is closed");
    assertThatThrownBy(() -> predictor.predict(picture(0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> predictor.embedding(photos.get(0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> top.predict(photos.get(0))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> batches.predict(dataset(photos)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(predictor).hasToString("Predictor[" + model + " on cpu, closed]");
  }

  @Test
  void many_threads_share_one_predictor() throws Exception {
    try (Predictor predictor = Predictor.of(model)) {
      List<float[]> expected = new ArrayList<>();
      for (Path photo : photos) {
        expected.add(predictor.predict(photo).logits());
      }
      ExecutorService threads = Executors.newFixedThreadPool(8);
      try {
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < 84; i++) {
          int photo = i % photos.size();
          futures.add(
              threads.submit(
                  () ->
                      assertThat(predictor.predict(photos.get(photo)).logits())
                          .isEqualTo(expected.get(photo))));
        }
        for (Future<?> future : futures) {
          future.get();
        }
      } finally {
        threads.shutdown();
      }
    }
  }

  @Test
  void a_saved_model_predicts_to_the_same_last_bit(@TempDir Path out) {
    Path saved = model.withTemperature(1.7).save(out.resolve("m"));
    try (Predictor before = Predictor.of(model.withTemperature(1.7));
        Predictor after = Predictor.load(saved, "cpu")) {
      assertThat(after.predict(photos.get(2)).probabilities())
          .isEqualTo(before.predict(photos.get(2)).probabilities());
    }
  }

  @Test
  void refuses_what_it_can_not_do() {
    assertThatThrownBy(() -> Predictor.of(model, "tpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got \"tpu\"");
    assertThatThrownBy(() -> Predictor.of(model, "cuda:7"))
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith("device \"cuda:7\" is not available");
    assertThatThrownBy(
            () -> Predictor.builder(model).device("cpu").precision(Precision.FLOAT16).open())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("precision(FLOAT16) needs a CUDA device, and this is cpu");
    assertThatThrownBy(() -> Predictor.load(folder.resolve("nothing")))
        .isInstanceOf(DogVisionException.class)
        .hasMessage("no model at " + folder.resolve("nothing") + ": there is no such folder");
    try (Predictor small =
        Predictor.builder(model).decoder(ImageDecoder.standard().maximumPixels(10)).open()) {
      assertThatThrownBy(() -> small.predict(photos.get(0)))
          .isInstanceOf(UnreadableImageException.class);
    }
  }

  @Test
  void should_fail_if_the_network_gives_no_numbers() {
    Tensor bias = Tensor.of(new float[] {0, Float.NaN, 0, 0}, 4);
    TrainedModel broken =
        TransferModel.mobileNetV2()
            .untrained(7)
            .width(0.1)
            .inputSize(32)
            .labels(LABELS)
            .build()
            .trained(Map.of("classifier.1.bias", bias), Map.of());
    try (Predictor predictor = Predictor.of(broken)) {
      assertThatThrownBy(() -> predictor.predict(photos.get(0)))
          .isInstanceOf(DogVisionException.class)
          .hasMessage(
              "the network's answer for "
                  + photos.get(0)
                  + " holds values that are no numbers: [0.0, NaN, 0.0]... (FLOAT32 on cpu)");
    }
  }
}
