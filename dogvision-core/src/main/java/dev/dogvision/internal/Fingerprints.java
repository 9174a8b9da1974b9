package dev.dogvision.internal;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.dogvision.DogVisionException;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** How texts, values and files enter the hashes by which data is told from other data. */
public final class Fingerprints {
  private Fingerprints() {}

  /**
   * Adds a text with its length, so that two texts are not taken for others of the same letters.
   *
   * @param hasher takes it
   * @param text any text
   */
  public static void putText(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }

  /**
   * Adds values as they stand in a file: little-endian, without their number.
   *
   * @param hasher takes them
   * @param values any values
   */
  public static void putValues(Hasher hasher, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    hasher.putBytes(bytes.array());
  }

  /**
   * What tells the part of a network that gives embeddings from that of other networks, whatever
   * the head and whatever computes it.
   *
   * @param plan the network
   * @param preprocessing what happens to a picture before
   * @param weights its tensors
   * @return 64 hexadecimal digits
   */
  public static String embedding(
      NetworkPlan plan, Preprocessing preprocessing, Map<String, Tensor> weights) {
    Hasher hasher = Hashing.sha256().newHasher();
    putText(hasher, preprocessing.toString());
    putText(hasher, plan.withClasses(1).toString());
    for (String name : plan.tensorShapes(new Segment(0, plan.embeddingPosition())).keySet()) {
      Tensor tensor = weights.get(name);
      if (tensor != null) {
        putText(hasher, name);
        putValues(hasher, tensor.values());
      }
    }
    return hasher.hash().toString();
  }

  /**
   * The SHA-256 of photographs' contents, several at a time.
   *
   * @param <T> what has a photograph
   * @param photographs whose photographs
   * @param image the photograph of one
   * @param unreadable what stands in place of one that can't be read
   * @return a text for each, in their order: 64 hexadecimal digits, or what stands in place
   * @throws DogVisionException if the thread is interrupted; it stays so
   */
  public static <T> List<String> contents(
      List<T> photographs, Function<T, ImageSource> image, Function<T, String> unreadable) {
    Thread caller = Thread.currentThread();
    return photographs.parallelStream()
        .map(
            one -> {
              if (caller.isInterrupted()) {
                throw new DogVisionException(
                    "interrupted while " + photographs.size() + " photographs were read",
                    new InterruptedException());
              }
              return content(image.apply(one)).orElseGet(() -> unreadable.apply(one));
            })
        .toList();
  }

  /**
   * Whether two photographs are the same, byte for byte.
   *
   * @param first one of them
   * @param second the other
   * @return false where one can't be read
   */
  public static boolean sameContent(ImageSource first, ImageSource second) {
    Optional<String> hash = content(first);
    return hash.isPresent() && hash.equals(content(second));
  }

  private static Optional<String> content(ImageSource image) {
    try {
      return Optional.of(image.contentHash());
    } catch (UnreadableImageException e) {
      return Optional.empty();
    }
  }
}
