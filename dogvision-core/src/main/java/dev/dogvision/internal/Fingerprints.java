package dev.dogvision.internal;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
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
   * The SHA-256 of files, several at a time.
   *
   * @param files the files
   * @param unreadable what is hashed in place of one that can't be read
   * @return a hash for each file, in their order
   */
  public static HashCode[] contents(List<Path> files, Function<Path, String> unreadable) {
    return files.parallelStream().map(file -> content(file, unreadable)).toArray(HashCode[]::new);
  }

  private static HashCode content(Path file, Function<Path, String> unreadable) {
    try {
      return MoreFiles.asByteSource(file).hash(Hashing.sha256());
    } catch (IOException e) {
      return Hashing.sha256().hashString(unreadable.apply(file), StandardCharsets.UTF_8);
    }
  }
}
