package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.Tensor;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that are written as they are predicted, and go on after an interruption. */
class PredictionTableTest {
  private static final int PICTURES = 50;
  private static final int BATCH = 2;

  /** What is forced to the disk at once: 16 batches. */
  private static final int CHUNK = 16 * BATCH;

  @TempDir static Path drawn;
  private static TrainedModel model;

  @TempDir Path folder;
  private Path images;
  private Path table;
  private Path unfinished;

  @BeforeAll
  static void draw() throws IOException {
    TransferModel start =
        TransferModel.mobileNetV2()
            .untrained(7)
            .width(0.1)
            .inputSize(32)
            .labels(Labels.of("beagle", "pug", "basset, hound"))
            .build();
    Random random = new Random(5);
    Tensor head = Tensor.zeros(3, start.plan().embeddingSize());
    for (int i = 0; i < head.size(); i++) {
      head.values()[i] = (float) random.nextGaussian();
    }
    model = start.trained(Map.of("classifier.1.weight", head), Map.of()).withTemperature(1.3);
    for (int i = 0; i < PICTURES; i++) {
      ImageIO.write(picture(i), "png", drawn.resolve(name(i)).toFile());
    }
  }

  @BeforeEach
  void copy() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    for (int i = 0; i < PICTURES; i++) {
      Files.copy(drawn.resolve(name(i)), images.resolve(name(i)));
    }
    table = folder.resolve("out/submission.csv");
    unfinished = folder.resolve("out/submission.csv.unfinished");
  }

  private static String name(int i) {
    return String.format("photo%02d.png", i);
  }

  private static BufferedImage picture(int seed) {
    BufferedImage image = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random random = new Random(seed);
    for (int i = 0; i < 12; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillOval(random.nextInt(30), random.nextInt(30), 25, 25);
    }
    graphics.dispose();
    return image;
  }

  private Dataset dataset() {
    return DatasetBuilder.fromImages(images).build();
  }

  /** What an uninterrupted call writes for the pictures as they are. */
  private byte[] expected() throws IOException {
    Path whole = folder.resolve("whole.csv");
    try (Predictor predictor = Predictor.of(model)) {
      return Files.readAllBytes(
          predictor
              .inBatches()
              .batchSize(BATCH)
              .unreadableImages(ProblemPolicy.SKIP)
              .predict(dataset())
              .writeCsv(whole));
    }
  }

  private static BatchPredictor batches(Predictor predictor) {
    return predictor.inBatches().batchSize(BATCH);
  }

  /** Ends a call by an exception after so many pictures. */
  private void interruptAfter(int pictures) {
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(
              () ->
                  batches(predictor)
                      .onProgress(
                          (done, total) -> {
                            if (done >= pictures) {
                              throw new IllegalStateException("interrupted");
                            }
                          })
                      .writeCsv(dataset(), table))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("interrupted");
    }
    assertThat(table).doesNotExist();
    assertThat(unfinished).exists();
  }

  @CanIgnoreReturnValue
  private WrittenPredictions goOn() {
    return goOn(model);
  }

  @CanIgnoreReturnValue
  private WrittenPredictions goOn(TrainedModel other) {
    try (Predictor predictor = Predictor.of(other)) {
      return batches(predictor).writeCsv(dataset(), table);
    }
  }

  @Test
  void is_what_predictions_in_memory_write() throws IOException {
    WrittenPredictions written = goOn();

    assertThat(table).hasBinaryContent(expected());
    assertThat(written.file()).isEqualTo(table);
    assertThat(written.size()).isEqualTo(PICTURES);
    assertThat(written.skipped()).isEmpty();
    assertThat(written.takenUp()).isZero();
    assertThat(written.notice()).isEmpty();
    assertThat(written.duration()).isPositive();
    assertThat(written.picturesPerSecond()).isPositive();
    assertThat(table.getParent().toFile().list()).containsExactly("submission.csv");
  }

  @Test
  void goes_on_after_an_interruption_to_the_same_last_byte() throws IOException {
    byte[] expected = expected();
    for (int pictures : new int[] {2, 6, CHUNK - 2, CHUNK, CHUNK + 2, PICTURES}) {
      interruptAfter(pictures);

      List<Integer> heard = new ArrayList<>();
      try (Predictor predictor = Predictor.of(model)) {
        WrittenPredictions written =
            batches(predictor)
                .onProgress((done, total) -> heard.add(done))
                .writeCsv(dataset(), table);

        assertThat(written.takenUp()).isEqualTo(pictures);
        assertThat(written.size()).isEqualTo(PICTURES);
        assertThat(written.notice()).isEmpty();
      }
      assertThat(heard).hasSize((PICTURES - pictures) / BATCH);
      assertThat(table).hasBinaryContent(expected);
      assertThat(unfinished).doesNotExist();
      Files.delete(table);
    }
  }

  @Test
  void goes_on_twice() throws IOException {
    interruptAfter(10);
    interruptAfter(40);

    assertThat(goOn().takenUp()).isEqualTo(40);
    assertThat(table).hasBinaryContent(expected());
  }

  @Test
  void a_killed_process_loses_its_last_chunk_at_most() throws IOException {
    interruptAfter(40); // chunks of 32 and 8 pictures
    byte[] whole = Files.readAllBytes(unfinished);
    byte[] expected = expected();
    for (int cut : new int[] {1, 5, 100, 300}) {
      Files.write(unfinished, Arrays.copyOf(whole, whole.length - cut));

      assertThat(goOn().takenUp()).as("cut by %s bytes", cut).isEqualTo(CHUNK);
      assertThat(table).hasBinaryContent(expected);
    }
    byte[] more = Arrays.copyOf(whole, whole.length + 700);
    Files.write(unfinished, more);
    assertThat(goOn().takenUp()).isEqualTo(40);
    assertThat(table).hasBinaryContent(expected);
  }

  @Test
  void damage_anywhere_costs_time_and_not_results() throws IOException {
    interruptAfter(40);
    byte[] whole = Files.readAllBytes(unfinished);
    byte[] expected = expected();
    for (int at = 0; at < whole.length; at += 331) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x20;
      Files.write(unfinished, damaged);

      WrittenPredictions written = goOn();

      assertThat(written.takenUp()).as("byte %s", at).isIn(0, CHUNK);
      assertThat(table).hasBinaryContent(expected);
    }
    Files.write(unfinished, "no such thing".getBytes(StandardCharsets.UTF_8));
    assertThat(goOn().notice()).contains("what was left of an interrupted call can't be read");
    assertThat(table).hasBinaryContent(expected);
  }

  @Test
  void another_model_begins_anew_and_says_so() throws IOException {
    interruptAfter(40);

    WrittenPredictions written = goOn(model.withTemperature(2));

    assertThat(written.takenUp()).isZero();
    assertThat(written.notice()).contains("the interrupted call had another model");
    goOn();
    assertThat(table).hasBinaryContent(expected());
  }

  @Test
  void another_batch_size_begins_anew_and_says_so() {
    interruptAfter(40);
    try (Predictor predictor = Predictor.of(model)) {
      WrittenPredictions written = predictor.inBatches().batchSize(4).writeCsv(dataset(), table);

      assertThat(written.takenUp()).isZero();
      assertThat(written.notice()).contains("the interrupted call had another batch size");
    }
  }

  @Test
  void a_changed_picture_is_predicted_anew_with_all_after_it() throws IOException {
    interruptAfter(40);
    ImageIO.write(picture(1000), "png", images.resolve(name(35)).toFile());

    WrittenPredictions written = goOn();

    assertThat(written.takenUp()).isEqualTo(CHUNK);
    assertThat(written.notice())
        .contains("the pictures have changed, at 'photo32' or shortly after");
    assertThat(table).hasBinaryContent(expected());
  }

  @Test
  void a_picture_that_keeps_its_size_and_time_is_still_another_one() throws IOException {
    Path picture = images.resolve("photo00.bmp");
    Files.delete(images.resolve(name(0)));
    ImageIO.write(picture(2000), "bmp", picture.toFile());
    interruptAfter(10);
    FileTime time = Files.getLastModifiedTime(picture);
    ImageIO.write(picture(2001), "bmp", picture.toFile());
    Files.setLastModifiedTime(picture, time);

    assertThat(goOn().takenUp()).isZero();
    assertThat(table).hasBinaryContent(expected());
  }

  @Test
  void more_and_fewer_pictures_are_noticed() throws IOException {
    interruptAfter(40);
    Files.delete(images.resolve(name(33)));
    assertThat(goOn().takenUp()).isEqualTo(CHUNK);
    assertThat(table).hasBinaryContent(expected());

    interruptedWithExisting(40);
    ImageIO.write(picture(3), "png", images.resolve("a-new-one.png").toFile());
    assertThat(goOn().takenUp()).isZero();
    assertThat(table).hasBinaryContent(expected());

    interruptedWithExisting(40);
    for (int i = 5; i < PICTURES; i++) {
      Files.deleteIfExists(images.resolve(name(i)));
    }
    WrittenPredictions written = goOn();
    assertThat(written.takenUp()).isZero();
    assertThat(written.size()).isEqualTo(6);
    assertThat(table).hasBinaryContent(expected());
  }

  private void interruptedWithExisting(int pictures) throws IOException {
    Files.delete(table);
    interruptAfter(pictures);
  }

  @Test
  void a_table_of_before_stays_until_the_new_one_is_whole() throws IOException {
    Files.createDirectories(table.getParent());
    Files.writeString(table, "before");
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(
              () ->
                  batches(predictor)
                      .onProgress(
                          (done, total) -> {
                            throw new IllegalStateException("interrupted");
                          })
                      .writeCsv(dataset(), table))
          .hasMessage("interrupted");
    }

    assertThat(table).hasContent("before");
    goOn();
    assertThat(table).hasBinaryContent(expected());
  }

  /** Breaks a picture behind its first bytes, which a data set looks at. */
  private void breakPicture(int i) throws IOException {
    byte[] content = Files.readAllBytes(images.resolve(name(i)));
    Files.write(images.resolve(name(i)), Arrays.copyOf(content, content.length / 2));
  }

  @Test
  void an_unreadable_picture_loses_nothing_that_was_done() throws IOException {
    breakPicture(21);
    breakPicture(45);

    assertThatThrownBy(this::goOn)
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith("2 of 50 pictures can't be read: " + images.resolve(name(21)))
        .hasMessageContaining(images.resolve(name(45)).toString())
        .hasMessageEndingWith(
            ". Repair or remove them, or leave them out with"
                + " inBatches().unreadableImages(ProblemPolicy.SKIP). The"
                + " first 20 pictures are done and kept: the same call goes on from there");

    Files.copy(
        drawn.resolve(name(21)), images.resolve(name(21)), StandardCopyOption.REPLACE_EXISTING);
    Files.delete(images.resolve(name(45)));
    WrittenPredictions written = goOn();
    assertThat(written.takenUp()).isEqualTo(20);
    assertThat(written.notice()).isEmpty();
    assertThat(written.size()).isEqualTo(49);
    assertThat(table).hasBinaryContent(expected());
  }

  @Test
  void unreadable_pictures_are_left_out_where_that_is_asked_for() throws IOException {
    breakPicture(3);
    breakPicture(20);
    breakPicture(21); // a whole batch
    breakPicture(49);
    try (Predictor predictor = Predictor.of(model)) {
      BatchPredictor skipping = batches(predictor).unreadableImages(ProblemPolicy.SKIP);
      assertThatThrownBy(
              () ->
                  skipping
                      .onProgress(
                          (done, total) -> {
                            if (done == 40) {
                              throw new IllegalStateException("interrupted");
                            }
                          })
                      .writeCsv(dataset(), table))
          .hasMessage("interrupted");

      WrittenPredictions written = skipping.writeCsv(dataset(), table);

      assertThat(written.takenUp()).isEqualTo(40);
      assertThat(written.size()).isEqualTo(46);
      assertThat(written.skipped()).containsExactly("photo03", "photo20", "photo21", "photo49");
    }
    assertThat(table).hasBinaryContent(expected());
  }

  @Test
  void rows_of_a_call_that_left_pictures_out_are_not_used_where_that_is_not_asked_for()
      throws IOException {
    breakPicture(35);
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(
              () ->
                  batches(predictor)
                      .unreadableImages(ProblemPolicy.SKIP)
                      .onProgress(
                          (done, total) -> {
                            if (done == 40) {
                              throw new IllegalStateException("interrupted");
                            }
                          })
                      .writeCsv(dataset(), table))
          .hasMessage("interrupted");
    }

    assertThatThrownBy(this::goOn)
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith("1 of 50 pictures can't be read: ")
        .hasMessageEndingWith(
            "The first 34 pictures are done and kept: the same call goes on from there");
  }

  @Test
  void two_calls_do_not_write_one_table() {
    try (Predictor predictor = Predictor.of(model)) {
      BatchPredictor second = batches(predictor);
      assertThatThrownBy(
              () ->
                  batches(predictor)
                      .onProgress(
                          (done, total) -> {
                            WrittenPredictions unused = second.writeCsv(dataset(), table);
                          })
                      .writeCsv(dataset(), table))
          .isInstanceOf(DogVisionException.class)
          .hasMessage(
              table
                  + " is being written already: "
                  + unfinished
                  + " is in use. Wait for that to end, or name another file");
    }
    assertThat(goOn().takenUp()).isEqualTo(BATCH);
  }

  @Test
  void a_second_call_does_not_take_the_first_ones_lock_away() throws Exception {
    Path link = folder.resolve("link");
    Files.createDirectories(table.getParent());
    Files.createSymbolicLink(link, table.getParent());
    List<String> answers = new ArrayList<>();
    try (Predictor predictor = Predictor.of(model)) {
      BatchPredictor second = batches(predictor);
      WrittenPredictions unused =
          batches(predictor)
              .onProgress(
                  (done, total) -> {
                    if (done == BATCH) {
                      for (Path place : List.of(table, link.resolve("submission.csv"))) {
                        assertThatThrownBy(() -> second.writeCsv(dataset(), place))
                            .hasMessageContaining("is being written already");
                      }
                      WrittenPredictions other =
                          second.writeCsv(dataset(), table.resolveSibling("other.csv"));
                      assertThat(other.size()).isEqualTo(PICTURES);
                      answers.add(anotherProcessFinds(unfinished));
                    }
                  })
              .writeCsv(dataset(), table);
    }
    assertThat(answers).containsExactly("taken");
  }

  private static String anotherProcessFinds(Path file) {
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  AnotherProcess.class.getName(),
                  file.toString())
              .redirectErrorStream(true)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tells whether a file is locked. */
  static final class AnotherProcess {
    public static void main(String[] arguments) throws IOException {
      try (FileChannel channel =
          FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
        System.out.println(channel.tryLock() == null ? "taken" : "free");
      }
    }
  }

  @Test
  void an_interrupted_thread_leaves_a_table_that_is_gone_on_with() throws Exception {
    byte[] expected = expected();
    for (int pictures : new int[] {BATCH, CHUNK - BATCH, CHUNK, CHUNK + BATCH, PICTURES}) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      AtomicBoolean stillInterrupted = new AtomicBoolean();
      Thread thread =
          new Thread(
              () -> {
                try (Predictor predictor = Predictor.of(model)) {
                  WrittenPredictions unused =
                      batches(predictor)
                          .onProgress(
                              (done, total) -> {
                                if (done == pictures) {
                                  Thread.currentThread().interrupt();
                                }
                              })
                          .writeCsv(dataset(), table);
                } catch (DogVisionException e) {
                  failure.set(e);
                  stillInterrupted.set(Thread.currentThread().isInterrupted());
                }
              });
      thread.start();
      thread.join();

      assertThat(failure.get()).as("after %s", pictures).isInstanceOf(DogVisionException.class);
      assertThat(failure.get()).hasMessageContaining("interrupted");
      assertThat(stillInterrupted).isTrue();
      assertThat(table).doesNotExist();
      WrittenPredictions written = goOn();
      assertThat(written.notice()).isEmpty();
      assertThat(written.takenUp()).isGreaterThanOrEqualTo(pictures / CHUNK * CHUNK);
      assertThat(table).hasBinaryContent(expected);
      Files.delete(table);
    }
  }

  @Test
  void a_table_for_spreadsheets_runs_no_formula_and_tells_its_encoding() throws IOException {
    for (String name : List.of("=1+1", "+a", "-b", "@c", "d=", "\u00e9")) {
      Files.copy(drawn.resolve(name(1)), images.resolve(name + ".png"));
    }
    TrainedModel other =
        TransferModel.mobileNetV2()
            .untrained(7)
            .width(0.1)
            .inputSize(32)
            .labels(Labels.of("=cmd()", "pug"))
            .build()
            .trained(Map.of(), Map.of());
    Path inMemory = folder.resolve("memory.csv");
    try (Predictor predictor = Predictor.of(other)) {
      predictor.predictAll(dataset()).writeCsv(inMemory, TableStyle.SPREADSHEET);
      WrittenPredictions unused =
          predictor.inBatches().writeCsv(dataset(), table, TableStyle.SPREADSHEET);
    }

    String text = Files.readString(table);
    assertThat(text).startsWith("\uFEFFid,'=cmd(),pug\n").contains("\n\u00e9,", "\nd=,");
    assertThat(text).contains("\n'=1+1,", "\n'+a,", "\n'-b,", "\n'@c,");
    assertThat(inMemory).hasSameBinaryContentAs(table);
    try (Predictor predictor = Predictor.of(other)) {
      predictor.predictAll(dataset()).writeCsv(inMemory);
    }
    assertThat(Files.readString(inMemory)).startsWith("id,=cmd(),pug\n").contains("\n=1+1,");
  }

  @Test
  void should_fail_if_the_place_can_not_be_written() {
    try (Predictor predictor = Predictor.of(model)) {
      assertThatThrownBy(() -> batches(predictor).writeCsv(dataset(), images))
          .isInstanceOf(DogVisionException.class)
          .hasMessage(images + " can't be written: it is a folder, not a file");
      Path below = images.resolve(name(0)).resolve("x.csv");
      assertThatThrownBy(() -> batches(predictor).writeCsv(dataset(), below))
          .isInstanceOf(DogVisionException.class)
          .hasMessageStartingWith(below + " can't be written: ");
      predictor.close();
      assertThatThrownBy(() -> batches(predictor).writeCsv(dataset(), table))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this predictor is closed");
    }
  }

  @Test
  void tells_pictures_per_second_without_those_taken_up() {
    WrittenPredictions written =
        new WrittenPredictions(
            table, 90, List.of("a", "b"), 52, Optional.empty(), Duration.ofSeconds(4));

    assertThat(written.picturesPerSecond()).isEqualTo(10);
    assertThatThrownBy(
            () ->
                new WrittenPredictions(
                    table, 1, List.of(), 2, Optional.empty(), Duration.ofSeconds(1)))
        .hasMessage("takenUp must be in 0..1, got 2");
  }

  @Test
  void a_models_fingerprint_tells_what_it_predicts_by() {
    assertThat(model.fingerprint()).matches("[0-9a-f]{64}");
    assertThat(model.withProvenance(Map.of("a", "b")).fingerprint()).isEqualTo(model.fingerprint());
    assertThat(model.withTemperature(1.4).fingerprint()).isNotEqualTo(model.fingerprint());
    assertThat(TrainedModel.load(model.save(folder.resolve("m"))).fingerprint())
        .isEqualTo(model.fingerprint());
  }
}
