package dev.dogvision.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import dev.dogvision.DogVisionException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.Summary;
import org.tensorflow.hadoop.util.TFRecordReader;
import org.tensorflow.util.Event;

class EventFileWriterTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_793_600_000L, 500_000_000), ZoneOffset.UTC);

  @TempDir Path folder;

  @BeforeAll
  static void silenceTheWarningAboutParsersOfTheirAge() {
    System.setProperty("com.google.protobuf.use_unsafe_pre22_gencode", "true");
  }

  @Test
  void a_scalar_is_read_back_by_published_classes() throws Exception {
    Path file;
    try (EventFileWriter writer = EventFileWriter.open(folder, CLOCK, "host")) {
      writer.scalar("loss/train", 7, 1.25);
      file = writer.file();
    }

    List<Event> events = records(Files.readAllBytes(file));

    assertThat(events).hasSize(2);
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).getStep()).isEqualTo(7);
    assertThat(events.get(1).getWallTime()).isEqualTo(1_793_600_000.5);
    assertThat(events.get(1).getSummary().getValue(0).getTag()).isEqualTo("loss/train");
    assertThat(events.get(1).getSummary().getValue(0).getSimpleValue()).isEqualTo(1.25f);
  }

  @Test
  void the_file_is_named_as_tensorboard_looks_for_it() {
    try (EventFileWriter first = EventFileWriter.open(folder, CLOCK, "host");
        EventFileWriter second = EventFileWriter.open(folder, CLOCK, "host")) {
      String stem = "events.out.tfevents.1793600000.host." + ProcessHandle.current().pid();
      assertThat(first.file()).hasFileName(stem + ".0");
      assertThat(second.file()).hasFileName(stem + ".1");
    }
  }

  @Test
  void the_folder_is_created() {
    try (EventFileWriter writer = EventFileWriter.open(folder.resolve("runs/one"))) {
      assertThat(writer.file().getParent()).isEqualTo(folder.resolve("runs/one"));
      assertThat(writer.file().getFileName().toString()).startsWith("events.out.tfevents.");
    }
  }

  @Test
  void a_record_is_in_the_file_before_the_writer_is_closed() throws Exception {
    try (EventFileWriter writer = EventFileWriter.open(folder)) {
      writer.scalar("loss", 1, 2);
      assertThat(EventFile.read(writer.file()).scalars("loss"))
          .containsExactly(new EventFile.Scalar("loss", 1, 2));
    }
  }

  @Test
  void a_picture_keeps_its_pixels_and_size() throws Exception {
    BufferedImage image = new BufferedImage(5, 3, BufferedImage.TYPE_INT_RGB);
    image.setRGB(4, 2, 0xff8800);
    try (EventFileWriter writer = EventFileWriter.open(folder)) {
      writer.image("batch", 0, image);
      EventFile read = EventFile.read(writer.file());
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(image, "png", png);
      writer.image("again", 1, png.toByteArray());

      Summary.Image stored =
          records(Files.readAllBytes(writer.file())).get(2).getSummary().getValue(0).getImage();
      assertThat(read.images()).hasSize(1);
      assertThat(read.images().get(0).width()).isEqualTo(5);
      assertThat(read.images().get(0).height()).isEqualTo(3);
      assertThat(stored.getWidth()).isEqualTo(5);
      assertThat(stored.getHeight()).isEqualTo(3);
      BufferedImage decoded =
          ImageIO.read(new ByteArrayInputStream(stored.getEncodedImageString().toByteArray()));
      assertThat(decoded.getRGB(4, 2) & 0xffffff).isEqualTo(0xff8800);
    }
  }

  @Test
  void a_text_is_a_string_tensor_of_the_text_plugin() throws Exception {
    try (EventFileWriter writer = EventFileWriter.open(folder)) {
      writer.text("notes", 3, "**größer** 🐕");

      Summary.Value value =
          records(Files.readAllBytes(writer.file())).get(1).getSummary().getValue(0);
      assertThat(value.getMetadata().getPluginData().getPluginName()).isEqualTo("text");
      assertThat(value.getTensor().getDtype()).isEqualTo(DataType.DT_STRING);
      assertThat(value.getTensor().getStringVal(0).toStringUtf8()).isEqualTo("**größer** 🐕");
      assertThat(EventFile.read(writer.file()).texts())
          .containsExactly(new EventFile.Text("notes", 3, "**größer** 🐕"));
    }
  }

  @Test
  void hyper_parameters_have_the_field_numbers_of_the_dashboard() throws Exception {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("learningRate", 1e-3);
    parameters.put("mixup", true);
    parameters.put("optimizer", "AdamW");
    Path file;
    try (EventFileWriter writer = EventFileWriter.open(folder, CLOCK, "host")) {
      writer.hyperParameters(parameters, List.of("accuracy/validation"));
      writer.finished(true);
      file = writer.file();
    }

    List<Event> events = records(Files.readAllBytes(file));

    assertThat(events.stream().skip(1).map(event -> event.getSummary().getValue(0).getTag()))
        .containsExactly(
            "_hparams_/experiment", "_hparams_/session_start_info", "_hparams_/session_end_info");
    UnknownFieldSet experiment = message(pluginData(events.get(1)), 2);
    assertThat(experiment.getField(4).getLengthDelimitedList()).hasSize(3);
    UnknownFieldSet metric =
        UnknownFieldSet.parseFrom(experiment.getField(5).getLengthDelimitedList().get(0));
    assertThat(message(metric, 1).getField(2).getLengthDelimitedList().get(0).toStringUtf8())
        .isEqualTo("accuracy/validation");
    Map<String, Value> read = new LinkedHashMap<>();
    for (var entry : message(pluginData(events.get(2)), 3).getField(1).getLengthDelimitedList()) {
      UnknownFieldSet pair = UnknownFieldSet.parseFrom(entry);
      read.put(
          pair.getField(1).getLengthDelimitedList().get(0).toStringUtf8(),
          Value.parseFrom(pair.getField(2).getLengthDelimitedList().get(0)));
    }
    assertThat(read.get("learningRate").getNumberValue()).isEqualTo(1e-3);
    assertThat(read.get("mixup").getBoolValue()).isTrue();
    assertThat(read.get("optimizer").getStringValue()).isEqualTo("AdamW");
    UnknownFieldSet end = message(pluginData(events.get(3)), 4);
    assertThat(end.getField(1).getVarintList()).containsExactly(1L);
  }

  @Test
  void a_file_cut_off_anywhere_is_readable_up_to_there() throws Exception {
    Path file;
    List<Long> ends = new ArrayList<>();
    try (EventFileWriter writer = EventFileWriter.open(folder)) {
      file = writer.file();
      ends.add(Files.size(file));
      for (int i = 0; i < 3; i++) {
        writer.scalar("loss", i, i);
        ends.add(Files.size(file));
      }
    }
    byte[] whole = Files.readAllBytes(file);
    Path cut = folder.resolve("cut");
    for (int length = 0; length <= whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      long reached = length;
      long expected = Math.max(0, ends.stream().filter(end -> end <= reached).count() - 1);

      EventFile read = EventFile.read(cut);

      assertThat(read.scalars()).as("cut at %s", length).hasSize((int) expected);
      assertThat(read.complete()).isEqualTo(length == 0 || ends.contains(reached));
      assertThat(readableRecords(Files.readAllBytes(cut)))
          .as("cut at %s", length)
          .isEqualTo((int) ends.stream().filter(end -> end <= reached).count());
    }
  }

  /** How far TensorFlow's own reader gets. */
  private static int readableRecords(byte[] file) throws Exception {
    TFRecordReader reader = new TFRecordReader(new ByteArrayInputStream(file), true);
    int records = 0;
    try {
      while (reader.read() != null) {
        records++;
      }
    } catch (EOFException e) {
      // In the middle of a record.
    }
    return records;
  }

  @Test
  void should_fail_if_a_bit_of_the_file_has_flipped() throws Exception {
    Path file;
    try (EventFileWriter writer = EventFileWriter.open(folder)) {
      writer.scalar("loss", 1, 2);
      file = writer.file();
    }
    byte[] whole = Files.readAllBytes(file);
    byte[] damaged = whole.clone();
    damaged[whole.length - 6] ^= 0x10;
    Files.write(file, damaged);

    assertThatThrownBy(() -> EventFile.read(file))
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            file
                + ", record 2: the checksum of its content is wrong. The file is damaged, or no"
                + " event file.");
    assertThatThrownBy(() -> records(damaged)).isInstanceOf(IOException.class);
  }

  @Test
  void random_bytes_never_do_more_than_fail_clearly() throws Exception {
    java.util.Random random = new java.util.Random(13);
    Path file = folder.resolve("noise");
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      Files.write(file, noise);
      try {
        assertThat(EventFile.read(file).scalars()).isEmpty();
      } catch (DogVisionException e) {
        assertThat(e).hasMessageContaining("noise");
      }
    }
  }

  @Test
  void many_threads_write_whole_records() throws Exception {
    try (EventFileWriter writer = EventFileWriter.open(folder)) {
      IntStream.range(0, 500).parallel().forEach(i -> writer.scalar("loss", i, i));

      EventFile read = EventFile.read(writer.file());

      assertThat(read.complete()).isTrue();
      assertThat(read.scalars("loss").stream().map(EventFile.Scalar::step))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, 500).mapToObj(Long::valueOf).toList());
      assertThat(read.scalarTags()).containsExactly("loss");
    }
  }

  @Test
  void should_fail_if_written_after_close() {
    EventFileWriter writer = EventFileWriter.open(folder);
    writer.close();
    writer.close();

    assertThatThrownBy(() -> writer.scalar("loss", 1, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The TensorBoard file " + writer.file() + " is closed.");
  }

  @Test
  void should_fail_if_the_folder_is_a_file() throws Exception {
    Path file = Files.writeString(folder.resolve("taken"), "x");

    assertThatThrownBy(() -> EventFileWriter.open(file))
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            "Cannot create the TensorBoard folder "
                + file
                + " (java.nio.file.FileAlreadyExistsException: "
                + file
                + "). Name a folder that can be written to.");
  }

  @Test
  void should_fail_if_an_argument_is_wrong() {
    try (EventFileWriter writer = EventFileWriter.open(folder)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.scalar(" ", 1, 1))
          .withMessage("tag must not be blank");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.scalar("loss", -1, 1))
          .withMessage("step must not be negative, got -1 for loss");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.image("batch", 1, new byte[5]))
          .withMessage("image batch: not a PNG file (5 bytes)");
    }
  }

  private static UnknownFieldSet pluginData(Event event) throws Exception {
    var pluginData = event.getSummary().getValue(0).getMetadata().getPluginData();
    assertThat(pluginData.getPluginName()).isEqualTo("hparams");
    return UnknownFieldSet.parseFrom(pluginData.getContent());
  }

  private static UnknownFieldSet message(UnknownFieldSet parent, int field) throws Exception {
    return UnknownFieldSet.parseFrom(parent.getField(field).getLengthDelimitedList().get(0));
  }

  /** Reads records with TensorFlow's own reader, which checks both checksums of each. */
  private static List<Event> records(byte[] file) throws Exception {
    TFRecordReader reader = new TFRecordReader(new ByteArrayInputStream(file), true);
    List<Event> events = new ArrayList<>();
    for (byte[] record = reader.read(); record != null; record = reader.read()) {
      events.add(Event.parseFrom(record));
    }
    return events;
  }
}
