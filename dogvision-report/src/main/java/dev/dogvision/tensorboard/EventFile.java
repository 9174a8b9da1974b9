package dev.dogvision.tensorboard;

import com.google.common.collect.ImmutableList;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an event file holds. A file that was cut off in the middle of a record, as by a machine that
 * lost power, is read up to there.
 *
 * @param scalars the points of all curves, in the order they were written
 * @param images the pictures
 * @param texts the texts
 * @param complete whether the file ends where a record ends
 */
public record EventFile(
    List<Scalar> scalars, List<Image> images, List<Text> texts, boolean complete) {

  /** Keeps copies. */
  public EventFile {
    scalars = List.copyOf(scalars);
    images = List.copyOf(images);
    texts = List.copyOf(texts);
  }

  /**
   * A point of a curve.
   *
   * @param tag the curve's name
   * @param step the position on the x axis
   * @param value the height
   */
  public record Scalar(String tag, long step, float value) {}

  /**
   * A picture.
   *
   * @param tag the picture's name
   * @param step the batch or epoch it belongs to
   * @param width in pixels
   * @param height in pixels
   * @param png the file's content, read-only by agreement
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Image(String tag, long step, int width, int height, byte[] png) {}

  /**
   * A text.
   *
   * @param tag the text's name
   * @param step the batch or epoch it belongs to
   * @param markdown the text
   */
  public record Text(String tag, long step, String markdown) {}

  /**
   * Reads an event file.
   *
   * @param file what {@link EventFileWriter#file} names, or any other program's event file
   * @return what was found
   * @throws DogVisionException if the file cannot be read, or a record's checksum is wrong
   */
  public static EventFile read(Path file) {
    ImmutableList.Builder<Scalar> scalars = ImmutableList.builder();
    ImmutableList.Builder<Image> images = ImmutableList.builder();
    ImmutableList.Builder<Text> texts = ImmutableList.builder();
    try (DataInputStream input =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      long left = Files.size(file);
      long record = 0;
      boolean complete = true;
      while (left > 0) {
        record++;
        if (left < RecordFraming.HEADER_BYTES) {
          complete = false;
          break;
        }
        byte[] header = input.readNBytes(RecordFraming.HEADER_BYTES);
        left -= header.length;
        ByteBuffer headerBuffer = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        long length = headerBuffer.getLong();
        verify(
            headerBuffer.getInt() == RecordFraming.maskedChecksum(header, 0, Long.BYTES),
            file,
            record,
            "length");
        // A length beyond the file is the record that was cut off; nothing is allocated for it.
        if (length < 0 || length > left - RecordFraming.FOOTER_BYTES) {
          complete = false;
          break;
        }
        byte[] payload = input.readNBytes((int) length);
        byte[] footer = input.readNBytes(RecordFraming.FOOTER_BYTES);
        left -= payload.length + footer.length;
        verify(
            ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getInt()
                == RecordFraming.maskedChecksum(payload, 0, payload.length),
            file,
            record,
            "content");
        collect(UnknownFieldSet.parseFrom(payload), scalars, images, texts);
      }
      return new EventFile(scalars.build(), images.build(), texts.build(), complete);
    } catch (InvalidProtocolBufferException e) {
      throw new DamagedFileException(
          file.toString(), file + ": not an event file (" + e.getMessage() + ").", e);
    } catch (IOException e) {
      throw new DogVisionException("Cannot read the event file " + file + " (" + e + ").", e);
    }
  }

  /**
   * The names of all curves.
   *
   * @return in the order they first appear
   */
  public Set<String> scalarTags() {
    return scalars.stream().map(Scalar::tag).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /**
   * The points of one curve.
   *
   * @param tag the curve's name
   * @return in the order they were written; empty where the name is unknown
   */
  public List<Scalar> scalars(String tag) {
    return scalars.stream().filter(scalar -> scalar.tag().equals(tag)).toList();
  }

  private static void verify(boolean right, Path file, long record, String part) {
    if (!right) {
      throw new DamagedFileException(
          file.toString(),
          file
              + ", record "
              + record
              + ": the checksum of its "
              + part
              + " is wrong. The file is damaged, or no event file.");
    }
  }

  private static void collect(
      UnknownFieldSet event,
      ImmutableList.Builder<Scalar> scalars,
      ImmutableList.Builder<Image> images,
      ImmutableList.Builder<Text> texts)
      throws InvalidProtocolBufferException {
    long step = whole(event, EventMessages.EVENT_STEP);
    for (UnknownFieldSet summary : messages(event, EventMessages.EVENT_SUMMARY)) {
      for (UnknownFieldSet value : messages(summary, EventMessages.SUMMARY_VALUE)) {
        String tag = text(value, EventMessages.VALUE_TAG);
        for (int bits : value.getField(EventMessages.VALUE_SIMPLE_VALUE).getFixed32List()) {
          scalars.add(new Scalar(tag, step, Float.intBitsToFloat(bits)));
        }
        for (UnknownFieldSet image : messages(value, EventMessages.VALUE_IMAGE)) {
          images.add(
              new Image(
                  tag,
                  step,
                  (int) whole(image, EventMessages.IMAGE_WIDTH),
                  (int) whole(image, EventMessages.IMAGE_HEIGHT),
                  bytes(image, EventMessages.IMAGE_ENCODED).toByteArray()));
        }
        if (plugin(value).equals("text")) {
          for (UnknownFieldSet tensor : messages(value, EventMessages.VALUE_TENSOR)) {
            for (ByteString text :
                tensor.getField(EventMessages.TENSOR_STRING_VALUE).getLengthDelimitedList()) {
              texts.add(new Text(tag, step, text.toStringUtf8()));
            }
          }
        }
      }
    }
  }

  private static String plugin(UnknownFieldSet value) throws InvalidProtocolBufferException {
    for (UnknownFieldSet metadata : messages(value, EventMessages.VALUE_METADATA)) {
      for (UnknownFieldSet data : messages(metadata, EventMessages.METADATA_PLUGIN_DATA)) {
        return text(data, EventMessages.PLUGIN_DATA_NAME);
      }
    }
    return "";
  }

  private static List<UnknownFieldSet> messages(UnknownFieldSet message, int number)
      throws InvalidProtocolBufferException {
    List<UnknownFieldSet> messages = new ArrayList<>();
    for (ByteString content : message.getField(number).getLengthDelimitedList()) {
      messages.add(UnknownFieldSet.parseFrom(content));
    }
    return messages;
  }

  private static long whole(UnknownFieldSet message, int number) {
    long last = 0;
    for (long value : message.getField(number).getVarintList()) {
      last = value;
    }
    return last;
  }

  private static String text(UnknownFieldSet message, int number) {
    return bytes(message, number).toStringUtf8();
  }

  private static ByteString bytes(UnknownFieldSet message, int number) {
    ByteString last = ByteString.EMPTY;
    for (ByteString value : message.getField(number).getLengthDelimitedList()) {
      last = value;
    }
    return last;
  }
}
