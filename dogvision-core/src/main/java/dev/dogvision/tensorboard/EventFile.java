package dev.dogvision.tensorboard;

import com.google.common.collect.ImmutableList;
import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.framework.Summary;
import org.tensorflow.framework.SummaryMetadata;
import org.tensorflow.framework.TensorProto;
import org.tensorflow.util.Event;

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
        collect(parse(payload), scalars, images, texts);
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

  /**
   * Parses without the generated parsers: those of the published classes are of a protobuf release
   * that nested input can exhaust, which newer releases warn of.
   */
  private static DynamicMessage parse(byte[] payload) throws InvalidProtocolBufferException {
    return DynamicMessage.parseFrom(Event.getDescriptor(), payload);
  }

  private static void collect(
      DynamicMessage event,
      ImmutableList.Builder<Scalar> scalars,
      ImmutableList.Builder<Image> images,
      ImmutableList.Builder<Text> texts) {
    long step = (Long) field(event, Event.STEP_FIELD_NUMBER);
    Message summary = (Message) field(event, Event.SUMMARY_FIELD_NUMBER);
    for (Object element : (List<?>) field(summary, Summary.VALUE_FIELD_NUMBER)) {
      Message value = (Message) element;
      String tag = (String) field(value, Summary.Value.TAG_FIELD_NUMBER);
      if (has(value, Summary.Value.SIMPLE_VALUE_FIELD_NUMBER)) {
        scalars.add(
            new Scalar(tag, step, (Float) field(value, Summary.Value.SIMPLE_VALUE_FIELD_NUMBER)));
      } else if (has(value, Summary.Value.IMAGE_FIELD_NUMBER)) {
        Message image = (Message) field(value, Summary.Value.IMAGE_FIELD_NUMBER);
        images.add(
            new Image(
                tag,
                step,
                (Integer) field(image, Summary.Image.WIDTH_FIELD_NUMBER),
                (Integer) field(image, Summary.Image.HEIGHT_FIELD_NUMBER),
                ((ByteString) field(image, Summary.Image.ENCODED_IMAGE_STRING_FIELD_NUMBER))
                    .toByteArray()));
      } else if (has(value, Summary.Value.TENSOR_FIELD_NUMBER) && plugin(value).equals("text")) {
        Message tensor = (Message) field(value, Summary.Value.TENSOR_FIELD_NUMBER);
        for (Object text : (List<?>) field(tensor, TensorProto.STRING_VAL_FIELD_NUMBER)) {
          texts.add(new Text(tag, step, ((ByteString) text).toStringUtf8()));
        }
      }
    }
  }

  private static String plugin(Message value) {
    Message metadata = (Message) field(value, Summary.Value.METADATA_FIELD_NUMBER);
    Message data = (Message) field(metadata, SummaryMetadata.PLUGIN_DATA_FIELD_NUMBER);
    return (String) field(data, SummaryMetadata.PluginData.PLUGIN_NAME_FIELD_NUMBER);
  }

  private static boolean has(Message message, int number) {
    return message.hasField(message.getDescriptorForType().findFieldByNumber(number));
  }

  private static Object field(Message message, int number) {
    return message.getField(message.getDescriptorForType().findFieldByNumber(number));
  }
}
