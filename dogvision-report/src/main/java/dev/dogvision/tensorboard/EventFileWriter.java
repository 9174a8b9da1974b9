package dev.dogvision.tensorboard;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.protobuf.ByteString;
import com.google.protobuf.Value;
import dev.dogvision.DogVisionException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Writes one event file that TensorBoard shows. Safe from many threads at once.
 *
 * <p>A record reaches the operating system before the method that wrote it returns, so that a run
 * which is killed leaves everything it wrote, and TensorBoard can follow a run as it goes. When a
 * record cannot be written, a full disk for instance, the half of it is taken back, so that what is
 * in the file stays readable and writing can go on once there is space.
 *
 * <pre>{@code
 * try (EventFileWriter events = EventFileWriter.open(Path.of("runs/2026-11-02-093000"))) {
 *   events.scalar("loss/train", 1, 4.78);
 *   events.image("batch", 0, sheet);
 *   events.text("model", 0, "| layer | parameters |\n|---|---|\n| head | 153 720 |");
 * }
 * }</pre>
 */
public final class EventFileWriter implements AutoCloseable {
  private static final int MAXIMUM_NAME_ATTEMPTS = 1000;

  private final Path file;
  private final FileChannel channel;
  private final Clock clock;

  private EventFileWriter(Path file, FileChannel channel, Clock clock) {
    this.file = file;
    this.channel = channel;
    this.clock = clock;
  }

  /**
   * Opens a new event file in a run's folder, which is created where it is missing. A file that is
   * there is never touched: TensorBoard reads all event files of a folder as one run.
   *
   * @param folder the run's folder; its name is the run's name in TensorBoard
   * @return the writer
   * @throws DogVisionException if the folder or the file cannot be created
   */
  public static EventFileWriter open(Path folder) {
    return open(folder, Clock.systemUTC(), hostName());
  }

  static EventFileWriter open(Path folder, Clock clock, String host) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DogVisionException(
          "Cannot create the TensorBoard folder "
              + folder
              + " ("
              + e
              + "). Name a folder that can be written to.",
          e);
    }
    String stem =
        String.format(
            Locale.ROOT,
            "events.out.tfevents.%010d.%s.%d.",
            clock.instant().getEpochSecond(),
            host,
            ProcessHandle.current().pid());
    for (int attempt = 0; attempt < MAXIMUM_NAME_ATTEMPTS; attempt++) {
      Path file = folder.resolve(stem + attempt);
      try {
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        EventFileWriter writer = new EventFileWriter(file, channel, clock);
        try {
          writer.write(EventMessages.fileVersion(writer.now(), "brain.Event:2"));
        } catch (DogVisionException e) {
          writer.close();
          Files.deleteIfExists(file);
          throw e;
        }
        return writer;
      } catch (FileAlreadyExistsException e) {
        // Another writer of this process opened one within the same second: the next name then.
      } catch (IOException e) {
        throw new DogVisionException(
            "Cannot create the TensorBoard file "
                + file
                + " ("
                + e
                + "). Name a folder that can be written to.",
            e);
      }
    }
    throw new DogVisionException(
        "Cannot create a TensorBoard file in "
            + folder
            + ": "
            + MAXIMUM_NAME_ATTEMPTS
            + " files named "
            + stem
            + "* are already there. Name another folder.");
  }

  /**
   * The file being written.
   *
   * @return its path
   */
  public Path file() {
    return file;
  }

  /** Whether it can be written to: an interrupted thread finds its files closed. */
  boolean isOpen() {
    return channel.isOpen();
  }

  /** Whether it can be written to, and is where a reader looks for it. */
  boolean isIntact() {
    return isOpen() && Files.exists(file);
  }

  /**
   * Writes a point of a curve.
   *
   * @param tag the curve's name; what comes before the first {@code /} groups curves
   * @param step the position on the x axis: a batch or an epoch
   * @param value the height, stored as a float; NaN and infinities are kept and marked by
   *     TensorBoard
   * @throws IllegalArgumentException if the tag is blank or the step negative
   * @throws DogVisionException if the file cannot be written
   */
  public void scalar(String tag, long step, double value) {
    check(tag, step);
    write(step, EventMessages.scalar(tag, (float) value));
  }

  /**
   * Writes a picture.
   *
   * @param tag the picture's name
   * @param step the batch or epoch it belongs to
   * @param image the picture
   * @throws IllegalArgumentException if the tag is blank or the step negative
   * @throws DogVisionException if the file cannot be written
   */
  public void image(String tag, long step, BufferedImage image) {
    check(tag, step);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    image(tag, step, png.toByteArray(), image.getWidth(), image.getHeight());
  }

  /**
   * Writes a picture that is encoded already.
   *
   * @param tag the picture's name
   * @param step the batch or epoch it belongs to
   * @param png a PNG file's content
   * @throws IllegalArgumentException if the tag is blank, the step negative or the bytes are no PNG
   * @throws DogVisionException if the file cannot be written
   */
  public void image(String tag, long step, byte[] png) {
    check(tag, step);
    checkArgument(
        png.length >= 24
            && png[0] == (byte) 0x89
            && png[1] == 'P'
            && png[2] == 'N'
            && png[3] == 'G',
        "image %s: not a PNG file (%s bytes)",
        tag,
        png.length);
    // The first chunk of every PNG gives the size, big-endian, at fixed places.
    ByteBuffer header = ByteBuffer.wrap(png);
    image(tag, step, png, header.getInt(16), header.getInt(20));
  }

  private void image(String tag, long step, byte[] png, int width, int height) {
    write(step, EventMessages.image(tag, png, width, height));
  }

  /**
   * Writes a text.
   *
   * @param tag the text's name
   * @param step the batch or epoch it belongs to
   * @param markdown the text, which TensorBoard renders as Markdown
   * @throws IllegalArgumentException if the tag is blank or the step negative
   * @throws DogVisionException if the file cannot be written
   */
  public void text(String tag, long step, String markdown) {
    check(tag, step);
    write(step, EventMessages.text(tag, markdown));
  }

  /**
   * Describes the run in TensorBoard's table of hyper-parameters. Call it once, before or after the
   * metrics are written, and {@link #finished} at the end.
   *
   * @param values name to value, in the table's order: a {@link Boolean}, a {@link Number}, or
   *     anything else by its {@code toString()}
   * @param metricTags the tags of the {@link #scalar scalars} that the table shows beside them
   * @throws IllegalArgumentException if a name or a tag is blank
   * @throws DogVisionException if the file cannot be written
   */
  public void hyperParameters(Map<String, ?> values, Collection<String> metricTags) {
    Map<String, Value> parameters = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          checkArgument(!name.isBlank(), "values has a blank name");
          parameters.put(name, value(value));
        });
    List<String> metrics = List.copyOf(metricTags);
    metrics.forEach(tag -> checkArgument(!tag.isBlank(), "metricTags has a blank tag"));
    double seconds = now();
    hyperParameterRecord(
        HyperParameterMessages.EXPERIMENT_TAG,
        HyperParameterMessages.experiment(parameters, metrics, seconds));
    hyperParameterRecord(
        HyperParameterMessages.START_TAG, HyperParameterMessages.sessionStart(parameters, seconds));
  }

  /**
   * Marks the run as ended in the table of hyper-parameters.
   *
   * @param succeeded whether it came to its end, rather than failing
   * @throws DogVisionException if the file cannot be written
   */
  public void finished(boolean succeeded) {
    hyperParameterRecord(
        HyperParameterMessages.END_TAG, HyperParameterMessages.sessionEnd(succeeded, now()));
  }

  /**
   * Closes the file. What was written stays readable; a second call does nothing.
   *
   * @throws DogVisionException if the file cannot be closed
   */
  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DogVisionException(
          "Cannot close the TensorBoard file " + file + " (" + e + ").", e);
    }
  }

  private static Value value(Object value) {
    Value.Builder builder = Value.newBuilder();
    if (value instanceof Boolean bool) {
      return builder.setBoolValue(bool).build();
    }
    if (value instanceof Number number) {
      return builder.setNumberValue(number.doubleValue()).build();
    }
    return builder.setStringValue(value.toString()).build();
  }

  private void hyperParameterRecord(String tag, ByteString content) {
    write(0, EventMessages.pluginData(tag, HyperParameterMessages.PLUGIN, content));
  }

  private static void check(String tag, long step) {
    checkArgument(!tag.isBlank(), "tag must not be blank");
    checkArgument(step >= 0, "step must not be negative, got %s for %s", step, tag);
  }

  private double now() {
    return seconds(clock.instant());
  }

  private void write(long step, ProtobufMessage value) {
    write(EventMessages.summary(now(), step, value));
  }

  private void write(ProtobufMessage event) {
    ByteBuffer record = RecordFraming.frame(event.toByteString().toByteArray());
    synchronized (this) {
      checkState(channel.isOpen(), "The TensorBoard file %s is closed.", file);
      long start = -1;
      try {
        start = channel.position();
        while (record.hasRemaining()) {
          channel.write(record);
        }
      } catch (IOException e) {
        takeBack(start, e);
        throw new DogVisionException(
            "Cannot write to the TensorBoard file "
                + file
                + " ("
                + e
                + "). Is the disk full? What was written before stays readable.",
            e);
      }
    }
  }

  private void takeBack(long start, IOException failure) {
    try {
      if (start >= 0 && channel.isOpen()) {
        channel.truncate(start);
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static double seconds(Instant instant) {
    return instant.getEpochSecond() + instant.getNano() / 1e9;
  }

  /**
   * The machine's name, only to tell files apart. From the environment: asking the network for it
   * can take seconds.
   */
  private static String hostName() {
    String name = System.getenv("HOSTNAME");
    if (name == null) {
      name = System.getenv("COMPUTERNAME");
    }
    return name == null || name.isBlank() ? "localhost" : name.replaceAll("[^A-Za-z0-9_-]", "-");
  }
}
